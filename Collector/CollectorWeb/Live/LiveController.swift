import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// The live page and the stream that keeps it true.
struct LiveController: Sendable {
    let services: WebServices

    func page(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let now = services.configuration.now()
        let strings = services.pages.strings(context)
        let state = try await LiveState.load(services.store, scope: visit.scope, now: now)
        let fragments = try LiveFragments(pages: services.pages, views: BoardViews(strings: strings, now: now))
            .all(state)
        let view = LivePageView(
            cursor: state.cursor, fragments: fragments, now: LocalText.dateTime(now),
            beatSeconds: Int(services.configuration.limits.heartbeat.components.seconds),
            hasAgents: !state.agents.isEmpty, hasCameras: !state.cameras.isEmpty,
            mayEnrol: Access.decide(visit.user, .view, on: .page(.agents)) == .allowed)
        return try services.pages.page(
            "live", view, title: "nav_live", context: context, visit: visit, script: "live.js", current: "live",
            path: "/live")
    }

    /// Server-sent events. The id of each is the store's cursor; `Last-Event-ID` or `?after=` resumes.
    func stream(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let after = request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init)
        let cursor = after.flatMap { StoreCursor($0) }
        guard let place = services.streams.place(for: visit.user.id) else {
            throw WebError(.tooMany, "too many live pages are open; close one", retryAfterSeconds: 10)
        }
        let stream = LiveStream(
            services: services, visit: visit, strings: services.pages.strings(context), logger: context.logger)
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(place) {} }
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await stream.run(from: cursor, to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .accelBuffering: "no",
            ], body: body)
    }
}

private struct LivePageView {
    let cursor: Int64
    let fragments: LiveFragments.All
    let now: String
    let beatSeconds: Int
    let hasAgents: Bool
    let hasCameras: Bool
    let mayEnrol: Bool
}
