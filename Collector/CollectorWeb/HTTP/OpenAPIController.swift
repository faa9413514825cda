import Foundation
import Hummingbird

/// Serves the description of every route.
struct OpenAPIController: Sendable {
    let describe: @Sendable () -> OpenAPIDocument

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        .data(try describe().json(), "application/json")
    }
}
