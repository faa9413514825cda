import EdgeRecording
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Something of known size whose bytes can be read from anywhere; reading blocks.
protocol ByteSource: Sendable {
    var byteCount: Int64 { get }
    /// Some bytes from an offset; empty at the end.
    func piece(at offset: Int64) throws -> Data
}

extension PlaybackStream: ByteSource {
    func piece(at offset: Int64) throws -> Data { try piece(from: offset) }
}

/// Answers with a file, or the part of it that was asked for (RFC 9110, sections 13 and 14).
struct RangeAnswer: Sendable {
    let source: any ByteSource
    /// Equal for equal bytes.
    let entityTag: String
    /// Of the whole.
    var headers: HTTPFields
    /// Held until the last byte is sent.
    let place: Places.Place

    func response(to request: Request, _ services: APIServices) async throws -> Response {
        let tag = "\"\(entityTag)\""
        var headers = headers
        (headers[.eTag], headers[.acceptRanges], headers[.cacheControl]) = (tag, "bytes", "private, no-cache")
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(tag) {
            return Response(status: .notModified, headers: headers)
        }
        // Of a file that has changed since, a part would not fit to what the client has.
        let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
        let asked = request.method == .get && isSame ? request.headers[.range] : nil
        switch ByteRange(asked, of: source.byteCount) {
        case .unsatisfiable:
            throw APIError(
                .unsatisfiable, "the file has \(source.byteCount) bytes",
                headers: [.contentRange: "bytes */\(source.byteCount)", .eTag: tag])
        case .whole: return try await answer(.ok, 0..<source.byteCount, headers, request, services)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(source.byteCount)"
            return try await answer(.partialContent, range, headers, request, services)
        }
    }

    private func answer(
        _ status: HTTPResponse.Status, _ range: Range<Int64>, _ headers: HTTPFields, _ request: Request,
        _ services: APIServices
    ) async throws -> Response {
        guard request.method != .head else {
            var headers = headers
            headers[.contentLength] = "\(range.count)"
            return Response(status: status, headers: headers)
        }
        let source = source
        // What cannot be read at all is an error with a text, not half an answer.
        let first = try await services.files.run { try source.piece(at: range.lowerBound) }
        let reader = RangeReader(source: source, range: range, first: first, place: place, services: services)
        let body = services.stream.body(byteCount: Int64(range.count)) { try await reader.next() }
        return Response(status: status, headers: headers, body: body)
    }
}

/// Hands out the pieces of a range, one after the other.
private actor RangeReader {
    private let source: any ByteSource
    private let range: Range<Int64>
    private let services: APIServices
    private let place: Places.Place
    private var first: Data?
    private var offset: Int64

    init(source: any ByteSource, range: Range<Int64>, first: Data, place: Places.Place, services: APIServices) {
        (self.source, self.range, self.first) = (source, range, first)
        (self.place, self.services) = (place, services)
        offset = range.lowerBound
    }

    /// Nil at the end.
    func next() async throws -> Data? {
        guard offset < range.upperBound else { return nil }
        let piece = try await nextPiece().prefix(Int(clamping: range.upperBound - offset))
        guard !piece.isEmpty else { throw APIError(.failed, "a file is shorter than it was") }
        offset += Int64(piece.count)
        return piece
    }

    private func nextPiece() async throws -> Data {
        if let first {
            self.first = nil
            return first
        }
        do {
            return try await services.files.run { [source, offset] in try source.piece(at: offset) }
        } catch {
            // The head is sent: all that can be said to the client is the end of the connection.
            services.logger.warning("a download was cut off", metadata: ["error": "\(error)"])
            throw error
        }
    }
}
