/// When a picture is decoded and shown in its file, in ticks from the file's beginning.
struct PlacedTime: Hashable {
    var decode: Int64
    var presentation: Int64
}

/// Puts a session's stream times on the time line of one file, as MP4 wants them: decoding times rise strictly from 0,
/// and no picture is shown before it is decoded. Pure.
struct SegmentTimeline {
    /// Stream time of the file's time 0, in nanoseconds.
    let origin: Int64
    private let firstDecode: Int64
    private let shift: Int64
    private var last: Int64 = -1
    /// No camera reorders pictures over more; MP4 holds 32 bits of it.
    private static let longestDelay = 10 * StreamTicks.perSecond
    /// By how much, in nanoseconds, the worst picture was shown too late: what the next file should be shifted by.
    private(set) var lateness: Int64 = 0

    /// - Parameters:
    ///   - firstDecode: stream time at which the first picture is decoded, in nanoseconds.
    ///   - shift: shows everything so much later: for cameras whose decoding times run behind their B-frames.
    init(firstDecode: Int64, shift: Int64 = 0) {
        self.firstDecode = firstDecode
        self.shift = min(max(shift, 0), 2_000_000_000)
        origin = firstDecode - self.shift
    }

    /// Stream times in nanoseconds.
    mutating func place(decode: Int64, presentation: Int64) -> PlacedTime {
        lateness = max(lateness, decode - presentation)
        let decoded = max(StreamTicks.ticks(nanoseconds: decode - firstDecode), last + 1)
        last = decoded
        let shown = StreamTicks.ticks(nanoseconds: presentation - origin)
        return PlacedTime(decode: decoded, presentation: min(max(decoded, shown), decoded + Self.longestDelay))
    }
}
