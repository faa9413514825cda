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
    public var name: String { sha256.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

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
        guard let first = playable.first, let last = playable.last else {
            throw RecordingError(.notRecorded, "no packets of that time are left")
        }
        var describer = StreamDescriber()
        let description = try describer.describe(first)
        let writer = try FragmentWriter(description)
        var content = writer.header
        // The first picture of a stream with B-frames may be shown later than the next one is decoded: look ahead.
        let lateness = playable.map { ($0.decodeTime - $0.time.presentation).wholeNanoseconds }.max() ?? 0
        var timeline = SegmentTimeline(
            firstDecode: first.decodeTime.wholeNanoseconds, shift: lateness > 1_000_000 ? lateness : 0)
        var previous: (packet: VideoPacket, placed: PlacedTime)?
        var duration = StreamTicks.perSecond / 25
        var partBegin: Int64 = 0
        for packet in playable {
            if packet.isKey, try describer.describe(packet) != description { break }
            let placed = timeline.place(
                decode: packet.decodeTime.wholeNanoseconds, presentation: packet.time.presentation.wholeNanoseconds)
            if let previous {
                duration = placed.decode - previous.placed.decode
                try writer.append(previous.packet, previous.placed, duration)
                if placed.decode - partBegin >= StreamTicks.perSecond {
                    content.append(try writer.endPart())
                    partBegin = placed.decode
                }
            }
            previous = (packet, placed)
        }
        if let previous { try writer.append(previous.packet, previous.placed, duration) }
        content.append(try writer.endPart())
        let length = (previous?.packet ?? last).decodeTime - first.decodeTime
        self.init(
            content: content, begin: first.time.capturedAt,
            duration: length + .nanoseconds(StreamTicks.nanoseconds(ticks: duration)), clock: first.time.clock)
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

extension FragmentWriter {
    fileprivate func append(_ packet: VideoPacket, _ placed: PlacedTime, _ duration: Int64) throws(RecordingError) {
        try append(packet.payload, placed: placed, duration: duration, isKey: packet.isKey)
    }
}
