import Crypto
public import EdgeCore
public import EventModel
public import Foundation

/// A playable MP4 of what the camera sent, never encoded again, named by its content.
public struct EvidenceClip: Hashable, Sendable {
    /// The file.
    public var content: Data
    /// SHA-256 of ``content``: 32 bytes.
    public var sha256: Data
    /// UTC of the first picture.
    public var begin: Date
    /// From the first picture to the end of the last.
    public var duration: Duration
    /// Where ``begin`` comes from; nil where it was read from recordings, which do not say.
    public var clock: ClockOrigin?

    /// ``sha256`` in lower-case hexadecimal digits: the name of the evidence file.
    public var name: String { sha256.hexadecimalDigits }

    init(content: Data, begin: Date, duration: Duration, clock: ClockOrigin?) {
        (self.content, self.begin, self.duration, self.clock) = (content, begin, duration, clock)
        sha256 = Data(SHA256.hash(data: content))
    }

    /// Cuts a clip out of packets of one session that begin with a key frame, as ``PacketRing/packets(of:from:to:)``
    /// gives them. It ends before the first packet of another format.
    ///
    /// - Throws: ``RecordingError`` of kind `notRecorded` without packets, `unsupported` where MP4 does not take the stream.
    public init(packets: [VideoPacket]) throws(RecordingError) {
        let playable = packets.drop { !$0.isKey }
        guard let first = playable.first else {
            throw RecordingError(.notRecorded, "no packets of that time are left")
        }
        var muxer = try ClipMuxer(first, lateness: playable.map { $0.decodeTime - $0.time.presentation }.max() ?? .zero)
        for packet in playable { guard try muxer.append(packet) else { break } }
        let (content, duration) = try muxer.finish()
        self.init(content: content, begin: first.time.capturedAt, duration: duration, clock: first.time.clock)
    }

    /// Cuts a clip out of recordings; of several formats it takes the longest run.
    ///
    /// - Throws: ``RecordingError`` of kind `notRecorded` where nothing of that time is kept.
    public init(index: RecordingIndex, camera: CameraID, from: Date, to: Date) throws(RecordingError) {
        let parts = try index.parts(camera: camera, from: from, to: to)
        let streams = PlaybackStream.streams(of: parts, in: index.folder)
        guard let stream = streams.max(by: { $0.duration < $1.duration }) else {
            throw RecordingError(.notRecorded, "nothing of that time is recorded")
        }
        self.init(
            content: try stream.read(from: 0, count: Int(stream.byteCount)), begin: stream.begin,
            duration: stream.duration, clock: nil)
    }
}

/// Puts packets of one session and format into one MP4 in memory.
private struct ClipMuxer {
    private let description: StreamDescription
    private let writer: FragmentWriter
    private var describer = StreamDescriber()
    private var timeline: SegmentTimeline
    private var content: Data
    /// The newest picture: the next one says how long it is shown.
    private var held: (packet: VideoPacket, placed: PlacedTime)?
    private var duration = StreamTicks.perSecond / 25
    private var partBegin: Int64 = 0
    private let session: Int

    /// - Parameter lateness: by how much at worst a picture would be shown before it is decoded.
    init(_ first: VideoPacket, lateness: Duration) throws(RecordingError) {
        session = first.session
        description = try describer.describe(first)
        writer = try FragmentWriter(description)
        content = writer.header
        timeline = SegmentTimeline(
            firstDecode: first.decodeTime.wholeNanoseconds,
            shift: lateness > .milliseconds(1) ? lateness.wholeNanoseconds : 0)
    }

    /// - Returns: false where the packet does not go with the ones before.
    mutating func append(_ packet: VideoPacket) throws(RecordingError) -> Bool {
        guard packet.session == session else { return false }
        if packet.isKey, try describer.describe(packet) != description { return false }
        let placed = timeline.place(
            decode: packet.decodeTime.wholeNanoseconds, presentation: packet.time.presentation.wholeNanoseconds)
        try release(until: placed.decode)
        if placed.decode - partBegin >= StreamTicks.perSecond {
            content.append(try writer.endPart())
            partBegin = placed.decode
        }
        held = (packet, placed)
        return true
    }

    mutating func finish() throws(RecordingError) -> (content: Data, duration: Duration) {
        let length = (held?.placed.decode ?? 0) + duration
        try release(until: nil)
        content.append(try writer.endPart())
        return (content, .nanoseconds(StreamTicks.nanoseconds(ticks: length)))
    }

    private mutating func release(until next: Int64?) throws(RecordingError) {
        guard let (packet, placed) = held else { return }
        if let next { duration = next - placed.decode }
        try writer.append(packet.payload, placed: placed, duration: duration, isKey: packet.isKey)
    }
}
