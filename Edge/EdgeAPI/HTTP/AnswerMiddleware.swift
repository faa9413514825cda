import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into a JSON answer, and gives every answer the headers that keep it private.
struct AnswerMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = APIError(error)
            log(error, failure, context)
            response = .failure(failure)
        }
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private func log(_ error: any Error, _ failure: APIError, _ context: APIContext) {
        let metadata: Logger.Metadata = [
            "error.kind": "\(failure.kind.rawValue)", "error": "\(error)", "route": "\(context.endpointPath ?? "")",
        ]
        switch failure.kind {
        case .failed, .unavailable: logger.warning("API request failed", metadata: metadata)
        default: logger.debug("API request refused", metadata: metadata)
        }
    }
}

extension Response {
    /// `{"error":{"kind","message"}}`.
    static func failure(_ error: APIError) -> Response {
        let body = ["error": ["kind": error.kind.rawValue, "message": error.message]]
        let data = (try? APIJSON.encode(body)) ?? Data()  // texts always encode
        return .json(data, status: error.kind.status, headers: error.headers)
    }

    static func json(_ data: Data, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        .json(try APIJSON.encode(value), status: status)
    }
}

/// JSON as this API writes it: camelCase keys in order, times as ISO 8601 with milliseconds and `Z`.
enum APIJSON {
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(APITime.text(date))
        }
        return try encoder.encode(value)
    }
}
