import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// The list of cameras, and the page of one.
struct CameraController: Sendable {
    let services: WebServices

    func list(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let strings = services.pages.strings(context)
        let views = BoardViews(strings: strings, now: now)
        let cameras = try await services.store.cameras(scope: visit.scope, now: now)
        let counts = try await services.store.liveCounts(scope: visit.scope, now: now)
        let today = Dictionary(grouping: counts, by: \.camera).mapValues { $0.reduce(0) { $0 + $1.today } }
        let view = CameraListView(
            cameras: cameras.map {
                CameraRow(tile: views.tile($0, LiveTally()), today: views.number(today[$0.id] ?? 0))
            },
            hasCameras: !cameras.isEmpty)
        return try services.pages.page(
            "cameras", view, title: "nav_cameras", context: context, visit: visit, current: "cameras", path: "/cameras")
    }

    func page(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let camera = try await self.camera(context, visit, now: now)
        return try await page(camera, try day(request, now: now), FilmForm(now: now), context, visit, now: now)
    }

    /// The page with what was typed into the form for films.
    func page(
        _ camera: CameraStatus, _ day: LocalDay, _ form: FilmForm, _ context: WebContext, _ visit: Visit, now: Date,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let strings = services.pages.strings(context)
        let series = try await services.store.series(camera: camera.id, day: day, level: .hour)
        let passages = try await services.store.passages(
            scope: visit.scope, camera: camera.id, before: nil, limit: CameraPage.passageLimit)
        let alerts = try await services.store.alerts(
            scope: visit.scope, camera: camera.id, before: nil, limit: AlertBoard.limit * 2)
        let page = CameraPage(
            strings: strings, now: now, camera: camera, day: day, series: series, passages: passages,
            alerts: AlertBoard(newestFirst: alerts), films: try await films(of: camera, visit, strings, now: now),
            form: form.view(camera, strings, services.configuration.limits.clips, now: now),
            missingPackage: services.pages.assets.missingPackages.first { $0 == "libjs-chart.js" })
        return try services.pages.page(
            "camera", try page.view(), title: "nav_cameras", context: context, visit: visit, script: "camera.js",
            current: "cameras", path: "/cameras/\(camera.id)?day=\(day)", status: status)
    }

    /// The list of films that were asked for, as HTML.
    func films(of camera: CameraStatus, _ visit: Visit, _ strings: Strings, now: Date) async throws -> String {
        let clips = try await services.store.clips(camera: camera.id, limit: FilmViews.limit)
        let views = FilmViews(strings: strings, now: now, user: visit.user, site: camera.site)
        return try services.pages.fragment(
            "films", views.list(clips, of: camera), strings, formToken: visit.formToken)
    }

    func camera(_ context: WebContext, _ visit: Visit, now: Date) async throws -> CameraStatus {
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }),
            let camera = try await services.store.camera(id, now: now)
        else { throw WebError(.notFound, "there is no such camera") }
        try await visit.require(.view, on: .camera(site: camera.site))
        return camera
    }

    private func day(_ request: Request, now: Date) throws -> LocalDay {
        guard let text = request.uri.queryParameters["day"], !text.isEmpty else { return LocalDay(containing: now) }
        guard let day = LocalDay(String(text)) else { throw WebError(.malformed, "day must be like 2026-11-20") }
        return day
    }
}

private struct CameraListView {
    let cameras: [CameraRow]
    let hasCameras: Bool
}

private struct CameraRow {
    let tile: BoardViews.Tile
    let today: String
}
