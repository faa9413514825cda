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
        var muxer = try PacketMuxer(from: first, key: first, lateness: PacketMuxer.lateness(playable))
        var content = muxer.header
        for packet in playable {
            guard case .taken(let part) = try muxer.append(packet) else { break }
            if let part { content.append(part.content) }
        }
        if let part = try muxer.finish() { content.append(part.content) }
        let duration = Duration.nanoseconds(StreamTicks.nanoseconds(ticks: muxer.end))
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
