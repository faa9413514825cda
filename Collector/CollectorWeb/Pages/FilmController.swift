import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// Films of a camera that people ask for: the list, the wish, its cancellation.
struct FilmController: Sendable {
    let services: WebServices
    let cameras: CameraController

    /// The list alone: what a page that waits for a film asks for again.
    func list(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let camera = try await cameras.camera(context, visit, now: now)
        // Only the page's script marks its requests. Somebody who loads the address again that a form was sent to,
        // or comes here from the log-in, gets the page.
        let isPart = request.uri.queryParameters["part"] == "1" && request.headers[.fetchDestination] != "document"
        guard isPart else { return .seeOther("/cameras/\(camera.id)#films") }
        return .html(try await cameras.films(of: camera, visit, services.pages.strings(context), now: now))
    }

    func ask(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let camera = try await cameras.camera(context, visit, now: now)
        var form = FilmForm(visit.form)
        guard let wish = form.wish(camera: camera.id, user: visit.user.id) else {
            form.notice = "film_no_time"
            return try await again(camera, form, context, visit, now: now)
        }
        switch try await services.store.askForClip(wish, rules: services.configuration.limits.clips, now: now) {
        case .refused(let complaint):
            form.notice = complaint.stringKey
            return try await again(camera, form, context, visit, now: now)
        case .asked(let asked):
            let detail = "camera \(camera.id), \(LocalText.machine(wish.from)) to \(LocalText.machine(wish.to))"
            try await services.audit(
                .clipAsked, user: visit.user, client: visit.client, subject: asked.id.uuidString.lowercased(),
                detail: detail)
            services.clipWaiting.ring(camera.agent)
            return .seeOther("/cameras/\(camera.id)#films")
        }
    }

    func cancel(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let camera = try await cameras.camera(context, visit, now: now)
        guard let id = context.parameters.get("film").flatMap({ UUID(uuidString: $0) }),
            let asked = try await services.store.clipRequest(id), asked.camera == camera.id
        else { throw WebError(.notFound, "there is no such film") }
        try await visit.require(.change, on: .film(site: camera.site, isOwn: asked.user == visit.user.id))
        if try await services.store.cancelClip(id, now: now) {
            try await services.audit(
                .clipCancelled, user: visit.user, client: visit.client, subject: id.uuidString.lowercased())
        }
        return .seeOther("/cameras/\(camera.id)#films")
    }

    private func again(
        _ camera: CameraStatus, _ form: FilmForm, _ context: WebContext, _ visit: Visit, now: Date
    ) async throws -> Response {
        try await cameras.page(
            camera, LocalDay(containing: now), form, context, visit, now: now, status: .unprocessableContent)
    }
}
