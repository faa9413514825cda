import EdgeCore
import EventModel
import Foundation

/// Puts packets of one session and format into fragmented MP4 in memory, part by part, without a file. One thread.
///
/// A picture waits for the next one, which says how long it is shown.
struct PacketMuxer {
    /// When a part ends.
    enum Cut {
        /// After a second.
        case seconds
        /// After a second, or at a key frame: for players that want to begin in mid-stream.
        case secondsAndKeys
    }

    /// A finished part: `moof` and `mdat`.
    struct Part {
        var content: Data
        /// UTC of its first picture.
        var captured: Date
        /// Stream time at which its first picture is decoded.
        var streamBegin: Duration
        /// When its first picture is shown, in ticks from the muxer's beginning.
        var presentation: Int64
        /// Ticks.
        var duration: Int64
        var isKey: Bool
    }

    enum Step {
        /// The packet is inside; a part may have ended before it.
        case taken(Part?)
        /// Another session or format begins: nothing more is taken.
        case ended
    }

    /// Key frames in quick succession do not get a part each.
    private static let shortestPart = StreamTicks.perSecond / 2

    /// `ftyp` and `moov`.
    var header: Data { writer.header }

    private let description: StreamDescription
    private let session: Int
    private let writer: FragmentWriter
    private let cut: Cut
    private var describer = StreamDescriber()
    private var timeline: SegmentTimeline
    private var held: (packet: VideoPacket, placed: PlacedTime)?
    private var part: (first: VideoPacket, placed: PlacedTime)?
    private var pictureDuration = StreamTicks.perSecond / 25
    private(set) var end: Int64 = 0

    /// - Parameters:
    ///   - first: the first packet that will come.
    ///   - key: the key frame that it needs; itself usually.
    ///   - lateness: by how much at worst a picture would be shown before it is decoded.
    init(from first: VideoPacket, key: VideoPacket, lateness: Duration, cut: Cut = .seconds) throws(RecordingError) {
        session = first.session
        description = try describer.describe(key)
        writer = try FragmentWriter(description)
        timeline = SegmentTimeline(
            firstDecode: first.decodeTime.wholeNanoseconds,
            shift: lateness > .milliseconds(1) ? lateness.wholeNanoseconds : 0)
        self.cut = cut
    }

    mutating func append(_ packet: VideoPacket) throws(RecordingError) -> Step {
        guard packet.session == session else { return .ended }
        if packet.isKey, try describer.describe(packet) != description { return .ended }
        let placed = timeline.place(
            decode: packet.decodeTime.wholeNanoseconds, presentation: packet.time.presentation.wholeNanoseconds)
        try release(until: placed.decode)
        let finished = endsPart(packet, placed) ? try endPart() : nil
        if part == nil { part = (packet, placed) }
        held = (packet, placed)
        return .taken(finished)
    }

    /// The last part, if there is one.
    mutating func finish() throws(RecordingError) -> Part? {
        try release(until: nil)
        return try endPart()
    }

    /// By how much at worst pictures of a session would be shown before they are decoded.
    static func lateness(_ packets: some Sequence<VideoPacket>) -> Duration {
        packets.reduce(.zero) { max($0, $1.decodeTime - $1.time.presentation) }
    }

    private func endsPart(_ packet: VideoPacket, _ placed: PlacedTime) -> Bool {
        guard let part else { return false }
        let length = placed.decode - part.placed.decode
        return length >= StreamTicks.perSecond
            || (cut == .secondsAndKeys && packet.isKey && length >= Self.shortestPart)
    }

    private mutating func release(until next: Int64?) throws(RecordingError) {
        guard let (packet, placed) = held else { return }
        held = nil
        if let next { pictureDuration = next - placed.decode }
        try writer.append(packet.payload, placed: placed, duration: pictureDuration, isKey: packet.isKey)
        end = placed.decode + pictureDuration
    }

    private mutating func endPart() throws(RecordingError) -> Part? {
        guard let (first, placed) = part else { return nil }
        part = nil
        return Part(
            content: try writer.endPart(), captured: first.time.capturedAt, streamBegin: first.decodeTime,
            presentation: placed.presentation, duration: end - placed.decode, isKey: first.isKey)
    }
}
