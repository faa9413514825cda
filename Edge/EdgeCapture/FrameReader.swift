public import EdgeCore
import EventModel
import Foundation

/// Reads one camera or file and hands out every picture of it, each with its times. Belongs to one thread.
///
/// For files, and for a first look at a camera. A running camera goes through ``CameraCapture`` and ``PlannedDecoder``,
/// which decode what is needed.
public final class FrameReader {
    private let source: CaptureSource
    private let packets: PacketReader
    private let decoder: FrameDecoder
    private var isDrained = false

    /// Sees each access unit before the decoder does: for the probe.
    var onAccessUnit: ((AccessUnit) -> Void)? {
        get { packets.onAccessUnit }
        set { packets.onAccessUnit = newValue }
    }

    /// Connects and opens the decoder. Blocks for `connectTimeout` at most (name look-up not included).
    ///
    /// - Parameters:
    ///   - session: the number that the frames carry.
    ///   - gate: lets another thread end a blocking call.
    /// - Throws: ``CaptureError``.
    public init(source: CaptureSource, session: Int = 1, gate: CaptureGate = CaptureGate()) throws(CaptureError) {
        self.source = source
        packets = try PacketReader(source: source, session: session, gate: gate)
        decoder = FrameDecoder(source: source)
        try decoder.begin(with: packets)
    }

    /// What the stream says about itself.
    public var streamInfo: StreamInfo {
        var info = packets.streamInfo
        info.size = decoder.size ?? info.size
        info.hasBFrames = info.hasBFrames || decoder.reordersFrames
        return info
    }

    /// libavcodec's names of the audio tracks, where ``CaptureSource/acceptsAudio`` lets them be seen.
    var audioCodecs: [String] { packets.audioCodecs }

    /// What was read so far.
    public var counters: CaptureCounters { packets.counters + decoder.counters }

    /// The camera's clock minus the host's by its newest sender report; nil where it sends none.
    public var cameraOffset: Duration? { packets.cameraOffset }

    /// The next picture, in presentation order; nil at the end of a file.
    ///
    /// Damaged pictures are counted and left out. On a camera the end of the stream is an error.
    ///
    /// - Throws: ``CaptureError``; the reader is of no use afterwards.
    public func next() throws(CaptureError) -> Frame? {
        var patience = PicturePatience(source)
        while true {
            if let frame = try decoder.receive() { return frame }
            guard !isDrained else { return nil }
            try feed()
            if patience.isExhaustedBySending() { throw patience.error }
        }
    }

    private func feed() throws(CaptureError) {
        if let packet = try packets.next() { return try decoder.send(packet) }
        isDrained = true
        decoder.drain()
    }
}

/// How long a camera may send access units of which none becomes a picture. Files may for ever.
struct PicturePatience {
    private let source: CaptureSource
    private var since: Int64?

    init(_ source: CaptureSource) { self.source = source }

    /// An access unit went to the decoder: true when no picture has come for too long.
    mutating func isExhaustedBySending() -> Bool {
        guard source.locator.isLive else { return false }
        let now = MonotonicClock.nanoseconds()
        let begin = since ?? now
        since = begin
        return now - begin > source.pictureTimeout.nanoseconds
    }

    /// A picture came, or another session began.
    mutating func renew() { since = nil }

    /// What to tell.
    var error: CaptureError {
        CaptureError(
            kind: .stalled, camera: source.camera, operation: "decode",
            reason:
                "\(source.locator): data arrives, but no picture came out for \(source.pictureTimeout); it is damaged "
                + "or has no key frames: set the camera to one key frame every 2 seconds")
    }
}
