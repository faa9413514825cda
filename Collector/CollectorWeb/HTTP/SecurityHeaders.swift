import BatchCodec
import HTTPTypes
import Hummingbird

/// Headers that every answer carries, unless the handler said otherwise.
struct SecurityHeaders: RouterMiddleware {
    /// Scripts, styles, pictures and films come from the collector alone; nothing is inline, nothing may frame a page.
    static let contentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        + "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let defaults: HTTPFields = [
            .contentSecurityPolicy: Self.contentPolicy, .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
            .permissionsPolicy: "camera=(), microphone=(), geolocation=()", .openerPolicy: "same-origin",
            .resourcePolicy: "same-origin", .cacheControl: "no-store",
        ]
        for field in defaults where response.headers[field.name] == nil { response.headers[field.name] = field.value }
        if request.uri.path.hasPrefix("/v1/") { response.headers[.collectorMark] = "1" }
        if context.client.isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }
}
