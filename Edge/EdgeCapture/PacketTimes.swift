import EdgeCore
import EventModel
import Foundation

/// Gives packets, in the order in which they arrive, both times and a decoding time. Pure.
///
/// Where pictures are reordered (B-frames) presentation times go up and down by a little; decoding times only rise.
struct PacketTimes: Sendable {
    private static let smallestStep: Int64 = 100_000

    private var clock: StreamClock
    private var newest: Int64 = .min
    private var lastDecode: Int64?
    /// How far presentation has gone back so far.
    private var depth: Int64 = 0

    init(clock: StreamClock) { self.clock = clock }

    /// The camera's clock minus the host's; nil where the camera reports none.
    var cameraOffset: Duration? { clock.cameraOffset }

    /// Takes in a sender report: see ``StreamClock``.
    mutating func report(utc: Int64, stamp: Int64, arrival: Arrival) {
        clock.report(utc: utc, stamp: stamp, arrival: arrival)
    }

    /// The times of the next packet; stamps in nanoseconds, nil where it has none.
    mutating func place(stamp: Int64?, decodeStamp: Int64?, arrival: Arrival) -> (time: FrameTime, decode: Duration) {
        let time = clock.time(stamp: stamp ?? decodeStamp, arrival: arrival)
        let presentation = time.presentation.nanoseconds
        newest = max(newest, presentation)
        depth = max(depth, min(newest - presentation, 2_000_000_000))
        var decode = presentation - delay(stamp, decodeStamp, presentation)
        if let lastDecode { decode = max(decode, lastDecode + Self.smallestStep) }
        lastDecode = decode
        return (time, .nanoseconds(decode))
    }

    /// How long before its presentation a picture is needed: by its stamps where they say so credibly.
    private func delay(_ stamp: Int64?, _ decodeStamp: Int64?, _ presentation: Int64) -> Int64 {
        if let stamp, let decodeStamp, stamp.magnitude < 1 << 60, decodeStamp.magnitude < 1 << 60,
            (0...2_000_000_000).contains(stamp - decodeStamp)
        {
            return stamp - decodeStamp
        }
        return depth > 0 ? max(0, presentation - (newest - depth)) : 0
    }
}

/// Keeps the times of decoded pictures rising, whatever the camera's stamps did. Pure.
struct FrameOrder: Sendable {
    private var last: FrameTime?

    /// The time of the next picture in presentation order: at least 1 ms after the one before it. UTC rises too, unless
    /// somebody set the clock.
    mutating func place(_ time: FrameTime) -> FrameTime {
        guard let last else {
            self.last = time
            return time
        }
        var placed = time
        placed.presentation = max(time.presentation, last.presentation + .milliseconds(1))
        let back = last.capturedAt.timeIntervalSince(time.capturedAt)
        if (0..<1).contains(back) { placed.capturedAt = last.capturedAt.addingTimeInterval(1e-6) }
        self.last = placed
        return placed
    }
}
