import EdgeCore
import EdgeRecording
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The cameras, what is recorded of them, and their newest picture.
struct CameraRoutes: Sendable {
    private static let longestTimeLine: Duration = .seconds(31 * 86_400)

    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let services = services
        let answer = try await services.files.run {
            let extents = try services.index?.extents() ?? [:]
            return CameraList(cameras: services.cameras.map { CameraAnswer($0, extents[$0.id]) })
        }
        return try .json(answer)
    }

    func recordings(_ request: Request, _ context: APIContext) async throws -> Response {
        let camera = try services.camera(context)
        let span = try services.span(request, longest: Self.longestTimeLine)
        let services = services
        let timeLine = try await services.files.run {
            let segments = try services.index?.summaries(camera: camera.id, from: span.from, to: span.to) ?? []
            return RecordingTimeLine(segments, in: span, now: services.now())
        }
        return try .json(timeLine)
    }

    func still(_ request: Request, _ context: APIContext) async throws -> Response {
        let camera = try services.camera(context)
        try camera.requireLive()
        let taken = try await services.stills.still(of: camera)
        let headers: HTTPFields = [
            .contentType: "image/jpeg", .cacheControl: "no-store", .capturedAt: APITime.text(taken.time.capturedAt),
            .captureClock: taken.time.clock.rawValue,
            .contentDisposition: FileName.inline(camera.id, taken.time.capturedAt, "jpg"),
        ]
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: taken.still.jpeg)))
    }
}

/// The answer of `/v1/cameras`.
private struct CameraList: Encodable {
    var cameras: [CameraAnswer]
}

private struct CameraAnswer: Encodable {
    struct Recording: Encodable {
        var from: Date
        var until: Date
        var bytes: Int64
        /// From the oldest to the newest picture.
        var days: Double
    }

    var id: String
    var state: String
    var reason: String
    var codec: String?
    var width: Int?
    var height: Int?
    var framesPerSecond: Double?
    var recording: Recording?

    init(_ camera: APICamera, _ extent: RecordedExtent?) {
        let state = camera.state()
        (id, self.state, reason) = (camera.id.rawValue, state.name, state.reason)
        (codec, width, height) = (state.codec, state.size?.width, state.size?.height)
        framesPerSecond = state.isLive ? camera.framesPerSecond.map { ($0 * 10).rounded() / 10 } : nil
        recording = extent.map { extent in
            let days = extent.end.timeIntervalSince(extent.begin) / 86_400
            return Recording(
                from: extent.begin, until: extent.end, bytes: extent.byteCount, days: (days * 1000).rounded() / 1000)
        }
    }
}
