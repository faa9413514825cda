/// Makes one steady time line of a stream's time stamps: begins at 0, survives jumps. Pure.
///
/// All times are nanoseconds. Small steps back stay what they are: pictures may be sent in another order than they are
/// shown (see ``FrameOrder``). A leap (stamps restart, or run far ahead of real time) goes on from the latest frame.
struct StreamTimeline: Sendable {
    private static let smallestStep: Int64 = 1_000_000
    private static let backwardLeap: Int64 = -1_000_000_000
    private static let forwardLeap: Int64 = 10_000_000_000
    private static let credibleStamp: Int64 = 1 << 60  // 36 years; beyond it the stamp is garbage

    private var last: Int64?
    private var interval: Int64 = 40_000_000  // 25 frames a second until seen otherwise

    /// Time line minus stamp; nil before the first stamp.
    private(set) var shift: Int64?

    /// Places the next packet.
    ///
    /// - Parameters:
    ///   - stamp: its time stamp; nil where it has none.
    ///   - elapsed: real time since the packet before; nil for a file, whose stamps may leap ahead as they like.
    mutating func place(stamp: Int64?, elapsed: Int64?) -> Int64 {
        guard let stamp, stamp.magnitude < Self.credibleStamp.magnitude else { return accept(next()) }
        guard let shift, let last else { return rebase(stamp, at: next()) }
        let candidate = stamp + shift
        let advance = candidate - last
        if advance < Self.backwardLeap { return rebase(stamp, at: next(elapsed)) }
        if let elapsed, advance - elapsed > Self.forwardLeap { return rebase(stamp, at: next(elapsed)) }
        if advance <= 0 { return candidate }
        interval = min(max(advance, Self.smallestStep), 1_000_000_000)
        return accept(candidate)
    }

    private func next(_ elapsed: Int64? = nil) -> Int64 { last.map { $0 + max(interval, elapsed ?? 0) } ?? 0 }

    private mutating func rebase(_ stamp: Int64, at time: Int64) -> Int64 {
        shift = time - stamp
        return accept(time)
    }

    private mutating func accept(_ time: Int64) -> Int64 {
        last = time
        return time
    }
}
