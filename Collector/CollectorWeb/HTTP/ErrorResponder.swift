import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns every error into an answer: a page for browsers, JSON for the rest.
struct ErrorResponder: RouterMiddleware {
    let pages: PageRenderer
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = WebError(error)
            log(error, failure, context)
            response = answer(failure, request, context)
        }
        metrics.count(route: context.endpointPath ?? "NotFound", status: response.status.code)
        return response
    }

    private func answer(_ failure: WebError, _ request: Request, _ context: WebContext) -> Response {
        var headers = failure.headers
        if let seconds = failure.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
        if let body = failure.body {
            headers[.contentType] = "application/x-protobuf"
            return Response(status: failure.kind.status, headers: headers, body: .init(byteBuffer: body))
        }
        if request.method == .head { return Response(status: failure.kind.status, headers: headers) }
        guard wantsPage(request) else { return json(failure, headers) }
        switch failure.kind {
        case .loginNeeded: return .seeOther(LoginController.address(returningTo: request))
        case .passwordChangeDue: return .seeOther("/password")
        default: return page(failure, headers, context)
        }
    }

    private func wantsPage(_ request: Request) -> Bool {
        !request.uri.path.hasPrefix("/v1/") && request.headers[.accept]?.contains("text/html") == true
    }

    private func json(_ failure: WebError, _ headers: HTTPFields) -> Response {
        let body = ["error": failure.kind.rawValue, "message": failure.message]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Two strings always encode.
        let data = (try? encoder.encode(body)) ?? Data()
        return .data(data, "application/json", status: failure.kind.status, headers: headers)
    }

    private func page(_ failure: WebError, _ headers: HTTPFields, _ context: WebContext) -> Response {
        do {
            var response = try pages.errorPage(failure.kind, context: context)
            for field in headers { response.headers[field.name] = field.value }
            return response
        } catch {
            context.logger.error("error page cannot be rendered", metadata: ["error": "\(error)"])
            return json(failure, headers)
        }
    }

    private func log(_ error: any Error, _ failure: WebError, _ context: WebContext) {
        let metadata: Logger.Metadata = [
            "error.kind": "\(failure.kind.rawValue)", "error": "\(error)", "route": "\(context.endpointPath ?? "")",
        ]
        switch failure.kind {
        case .failed: context.logger.error("request failed", metadata: metadata)
        case .unavailable: context.logger.warning("request cannot be served now", metadata: metadata)
        default: context.logger.debug("request refused", metadata: metadata)
        }
    }
}

extension Response {
    /// Sends the browser elsewhere with a GET.
    static func seeOther(_ location: String) -> Response { Response(status: .seeOther, headers: [.location: location]) }

    /// Bytes of one media type.
    static func data(
        _ data: Data, _ mediaType: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = mediaType
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// A page.
    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        data(Data(text.utf8), "text/html; charset=utf-8", status: status)
    }
}
