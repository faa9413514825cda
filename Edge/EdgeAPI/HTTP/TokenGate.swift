import HTTPTypes
import Hummingbird
import Logging

/// Lets requests with the token pass, to every address but the health check: the one place where this is decided.
struct TokenGate: RouterMiddleware {
    static let openPath = "/healthz"

    let token: APIToken
    let failures: FailureLimiter
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        if request.uri.path != Self.openPath { try check(request, context) }
        return try await next(request, context)
    }

    private func check(_ request: Request, _ context: APIContext) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        if words.count == 2, words[0].lowercased() == "bearer", token.matches(words[1]) { return }
        let address = context.peer ?? "local"
        if let seconds = failures.take(address) {
            throw APIError(.tooMany, "too many requests without the right token", retryAfterSeconds: seconds)
        }
        logger.notice("API request without the right token", metadata: ["address": "\(address)"])
        throw APIError(
            .unauthorized,
            "send 'Authorization: Bearer TOKEN' with the text of the file api-token in the agent's folder",
            headers: [.wwwAuthenticate: "Bearer"])
    }
}
