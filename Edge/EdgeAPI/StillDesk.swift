import EdgeCore
import EdgeRecording
import EventModel
import Foundation

/// A camera's newest picture.
struct TakenStill: Sendable {
    var still: Still
    var time: FrameTime
}

/// Takes the newest picture of cameras at full quality: one decode at a time in all, so that requests never starve the
/// analysis, and one a second for a camera, whoever asks.
actor StillDesk {
    private static let keep: Duration = .seconds(1)

    private let queue = BlockingQueue("api stills", isSerial: true)
    private var taken: [CameraID: (still: TakenStill, at: ContinuousClock.Instant)] = [:]
    private var pending: [CameraID: Task<TakenStill, any Error>] = [:]

    func still(of camera: APICamera) async throws -> TakenStill {
        if let (still, at) = taken[camera.id], ContinuousClock.now - at < Self.keep { return still }
        if let task = pending[camera.id] { return try await task.value }
        let task = Task { [queue] in try await queue.run { try Self.take(camera.ring) } }
        pending[camera.id] = task
        defer { pending[camera.id] = nil }
        let still = try await task.value
        taken[camera.id] = (still, .now)
        return still
    }

    private static func take(_ ring: PacketRing) throws -> TakenStill {
        let packets = ring.snapshot()
        guard let key = packets.lastIndex(where: \.isKey) else {
            throw APIError(.unavailable, "no key frame has come yet; try again soon", retryAfterSeconds: 2)
        }
        let group = packets[key...].prefix { $0.session == packets[key].session }
        let newest = group.map(\.time.presentation).max() ?? .zero
        guard let picture = try StillDecoder().stills(at: [newest], in: Array(group)).first.flatMap(\.self) else {
            throw APIError(.unavailable, "the newest picture cannot be decoded; try again soon", retryAfterSeconds: 2)
        }
        return TakenStill(still: try StillEncoder().encode(picture.image), time: picture.time)
    }
}
