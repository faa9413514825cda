import BatchCodec
import HTTPTypes
import Hummingbird

/// Finds out who is behind the connection, and which language the answer has.
struct ClientMiddleware: RouterMiddleware {
    let proxies: TrustedProxies
    let servesTLS: Bool

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.client = proxies.client(
            peer: context.peer, forwardedFor: request.headers[values: .forwardedFor],
            forwardedProto: request.headers[.forwardedProto], servesTLS: servesTLS)
        context.language = Language(cookie: request.cookies[Language.cookieName]?.value)
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    /// `X-Forwarded-For`
    static let forwardedFor = name("X-Forwarded-For")
    /// `X-Forwarded-Proto`
    static let forwardedProto = name("X-Forwarded-Proto")
    /// `Upload-Offset`: bytes of an upload that are stored.
    static let uploadOffset = name("Upload-Offset")
    static let collectorMark = name(CollectorMark.headerName)
    /// `X-Accel-Buffering`: `no` makes nginx pass a stream on at once.
    static let accelBuffering = name("X-Accel-Buffering")
    /// `Referrer-Policy`
    static let referrerPolicy = name("Referrer-Policy")
    /// `Permissions-Policy`
    static let permissionsPolicy = name("Permissions-Policy")
    /// `Cross-Origin-Opener-Policy`
    static let openerPolicy = name("Cross-Origin-Opener-Policy")
    /// `Cross-Origin-Resource-Policy`
    static let resourcePolicy = name("Cross-Origin-Resource-Policy")
    /// `Last-Event-ID`
    static let lastEventID = name("Last-Event-ID")
    /// What a browser loads: `document`, `empty` for a script's request.
    static let fetchDestination = name("Sec-Fetch-Dest")

    // The names above are tokens, so the fallback never shows.
    private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .via }
}
