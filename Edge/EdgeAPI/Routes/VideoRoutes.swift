import EdgeRecording
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Recorded video by time, and the live stream.
struct VideoRoutes: Sendable {
    static let longest: Duration = .seconds(2 * 3600)
    /// How often a live stream looks for new pictures.
    private static let livePause: Duration = .milliseconds(40)
    /// A live stream of a camera that sends nothing for so long ends.
    private static let liveSilence: Duration = .seconds(15)

    let services: APIServices

    func recorded(_ request: Request, _ context: APIContext) async throws -> Response {
        let camera = try services.camera(context)
        let span = try services.span(request, longest: Self.longest)
        let place = try services.downloads.take()
        let cut = try await services.cut(camera, span)
        var headers: HTTPFields = [
            .contentType: "video/mp4", .videoBegin: APITime.text(cut.stream.begin),
            .videoDuration: Seconds.text(cut.stream.duration),
            .contentDisposition: FileName.inline(camera.id, cut.stream.begin, "mp4"),
        ]
        headers[.leftOut] = cut.leftOut
        let tag = try await services.files.run { cut.stream.contentTag }
        return try await RangeAnswer(source: cut.stream, entityTag: tag, headers: headers, place: place)
            .response(to: request, services)
    }

    func live(_ request: Request, _ context: APIContext) async throws -> Response {
        let camera = try services.camera(context)
        try camera.requireLive()
        let place = try services.live.take()
        let video = try LiveVideo(camera.ring)
        let headers: HTTPFields = [
            .contentType: "video/mp4", .cacheControl: "no-store", .videoBegin: APITime.text(video.begin),
            .accelBuffering: "no", .contentDisposition: FileName.inline(camera.id, video.begin, "mp4"),
        ]
        let (files, logger) = (services.files, services.logger)
        let body = services.stream.body(byteCount: nil) {
            defer { withExtendedLifetime(place) {} }
            let start = ContinuousClock.now
            while ContinuousClock.now - start < Self.liveSilence {
                switch try await files.run({ try video.next() }) {
                case .content(let data): return data
                case .waiting: try await Task.sleep(for: Self.livePause)
                case .ended(.tooSlow):
                    logger.notice("a live viewer is too slow", metadata: ["camera.id": "\(camera.id)"])
                    throw APIError(.tooSlow, "the viewer is slower than the camera")
                case .ended: return nil
                }
            }
            return nil
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// What one player can go through of a span, and what is left out because its format is another.
struct VideoCut: Sendable {
    var stream: PlaybackStream
    /// For the header; nil where nothing is left out.
    var leftOut: String?

    /// Takes the longest stream.
    ///
    /// - Throws: ``APIError`` `notFound` without any.
    init(_ streams: [PlaybackStream], _ camera: CameraID) throws(APIError) {
        guard let index = streams.indices.max(by: { streams[$0].duration < streams[$1].duration }) else {
            throw APIError(
                .notFound, "nothing of that time is recorded; GET /v1/cameras/\(camera)/recordings tells what is")
        }
        stream = streams[index]
        let others = streams.indices.filter { $0 != index }.map { streams[$0] }
        let spans = others.map { stream in
            let end = stream.begin.addingTimeInterval(stream.duration / .seconds(1))
            return "\(APITime.text(stream.begin))/\(APITime.text(end))"
        }
        leftOut = spans.isEmpty ? nil : spans.joined(separator: ", ")
    }
}

extension APIServices {
    /// Looks up a span in recordings and ring.
    func cut(_ camera: APICamera, _ span: TimeSpan) async throws -> VideoCut {
        try await files.run { [index] in
            let streams = try PlaybackStream.streams(
                camera: camera.id, index: index, ring: camera.ring, from: span.from, to: span.to)
            return try VideoCut(streams, camera.id)
        }
    }
}

/// Durations in headers.
enum Seconds {
    /// With milliseconds, e.g. `12.040`.
    static func text(_ duration: Duration) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
