import EdgeRecording
import Foundation
import HTTPTypes
import Hummingbird

/// Clips that are cut once and kept for a while under the name of their content.
struct ClipRoutes: Sendable {
    private static let bodyByteCount = 4 << 10
    private static let bodyPatience: Duration = .seconds(10)

    let services: APIServices

    func make(_ request: Request, _ context: APIContext) async throws -> Response {
        let camera = try services.camera(context)
        let wish = try await Self.wish(request)
        let span = try TimeSpan(from: wish.from, to: wish.to, longest: VideoRoutes.longest, now: services.now())
        let place = try services.exporting.take()
        defer { withExtendedLifetime(place) {} }
        let cut = try await services.cut(camera, span)
        let name = try await write(cut.stream)
        let answer = ClipAnswer(
            sha256: name, bytes: cut.stream.byteCount, begin: cut.stream.begin,
            durationSeconds: ((cut.stream.duration / .milliseconds(1)).rounded() / 1000),
            url: "/v1/clips/\(name).mp4", leftOut: cut.leftOut)
        var response = try Response.json(answer, status: .created)
        response.headers[.location] = answer.url
        return response
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let name = context.parameters.get("sha256") ?? ""
        let place = try services.downloads.take()
        guard let clip = try await services.files.run({ [services] in services.exports.open(name) }) else {
            throw APIError(.notFound, "there is no such clip (any more); make it again")
        }
        let headers: HTTPFields = [
            .contentType: "video/mp4",
            .representationDigest: "sha-256=:\(Data(hexadecimal: clip.sha256).base64EncodedString()):",
            .contentDisposition: "inline; filename=\"\(clip.sha256.prefix(16)).mp4\"",
        ]
        return try await RangeAnswer(source: clip, entityTag: clip.sha256, headers: headers, place: place)
            .response(to: request, services)
    }

    /// Piece by piece, so that it ends soon when the agent does.
    private func write(_ stream: PlaybackStream) async throws -> String {
        let services = services
        let writer = try await services.files.run {
            try services.exports.begin(byteCount: stream.byteCount, now: services.now())
        }
        while writer.byteCount < stream.byteCount {
            try Task.checkCancellation()
            try await services.files.run { try writer.append(try stream.piece(from: writer.byteCount)) }
        }
        return try await services.files.run { try writer.finish() }
    }

    private static func wish(_ request: Request) async throws -> ClipWish {
        let body = request.body
        let buffer = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await body.collect(upTo: bodyByteCount) }
            group.addTask {
                try await Task.sleep(for: bodyPatience)
                throw APIError(.tooSlow, "the body did not arrive in time", headers: [.connection: "close"])
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ByteBuffer()
        }
        guard let wish = try? JSONDecoder().decode(ClipWish.self, from: Data(buffer.readableBytesView)) else {
            throw APIError(.malformed, "the body must be JSON such as {\"from\":\"…Z\",\"to\":\"…Z\"}")
        }
        return wish
    }
}

private struct ClipWish: Decodable, Sendable {
    var from: String
    var to: String
}

private struct ClipAnswer: Encodable {
    var sha256: String
    var bytes: Int64
    var begin: Date
    var durationSeconds: Double
    var url: String
    /// Spans in another format, which the clip leaves out.
    var leftOut: String?
}

extension Data {
    /// Two digits a byte; other characters end it.
    init(hexadecimal text: String) {
        self.init()
        var rest = text[...]
        while rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) {
            append(byte)
            rest = rest.dropFirst(2)
        }
    }
}
