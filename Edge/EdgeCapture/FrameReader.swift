import CFFmpeg
public import EdgeCore
import EventModel
import Foundation

/// Reads one camera or file and hands out its pictures, each with its times. Belongs to one thread.
///
/// A reader is one unbroken session: after an error make a new one. Memory for pictures is reused; a picture that
/// somebody still holds is left alone.
public final class FrameReader {
    private let source: CaptureSource
    private let session: Int
    private let gate: CaptureGate
    private let demuxer: Demuxer
    private let decoder: VideoDecoder
    private let pool = PicturePool()
    private let packet: UnsafeMutablePointer<AVPacket>
    private let picture: UnsafeMutablePointer<AVFrame>
    private var clock: StreamClock
    private var nextIndex = 0

    /// Sees each access unit before the decoder does: for the probe.
    var onAccessUnit: ((AccessUnit) -> Void)?

    /// What the stream says about itself.
    public private(set) var streamInfo: StreamInfo
    /// What was read so far.
    public private(set) var counters = CaptureCounters()

    /// The camera's clock minus the host's by its newest sender report; nil where it sends none.
    public var cameraOffset: Duration? { clock.cameraOffset }

    /// Connects and opens the decoder. Blocks for `connectTimeout` at most (name look-up not included).
    ///
    /// - Parameters:
    ///   - session: the number that the frames carry.
    ///   - gate: lets another thread end a blocking call.
    /// - Throws: ``CaptureError``.
    public init(source: CaptureSource, session: Int = 1, gate: CaptureGate = CaptureGate()) throws(CaptureError) {
        self.source = source
        self.session = session
        self.gate = gate
        demuxer = try Demuxer(source: source, gate: gate)
        try Self.check(demuxer.declaredSize, source)
        do throws(VideoDecoder.Status) {
            decoder = try VideoDecoder(stream: demuxer.stream, maximumPixels: source.maximumPixels)
        } catch {
            throw CaptureError(
                source: source, isCancelled: gate.isCancelled, operation: "decode", status: error.code)
        }
        guard let packet = av_packet_alloc(), let picture = av_frame_alloc() else {
            preconditionFailure("out of memory for a packet")
        }
        (self.packet, self.picture) = (packet, picture)
        clock = StreamClock(source: source)
        streamInfo = StreamInfo(demuxer: demuxer, decoder: decoder)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        var picture: UnsafeMutablePointer<AVFrame>? = picture
        av_packet_free(&packet)
        av_frame_free(&picture)
    }

    /// The next picture, in presentation order; nil at the end of a file.
    ///
    /// Damaged pictures are counted and left out. On a camera the end of the stream is an error.
    ///
    /// - Throws: ``CaptureError``; the reader is of no use afterwards.
    public func next() throws(CaptureError) -> Frame? {
        let patience = Patience(source)
        gate.allow(source.stallTimeout)
        while true {
            let status = decoder.receive(into: picture)
            if status >= 0 {
                if let frame = try makeFrame() { return frame }
            } else if status == CFF_ERROR_EOF {
                return nil
            } else if status == CFF_ERROR_AGAIN {
                try feedDecoder(patience)
            } else {
                counters.decodeErrors += 1
            }
        }
    }

    private func feedDecoder(_ patience: Patience) throws(CaptureError) {
        guard try demuxer.read(into: packet) else {
            _ = decoder.send(nil)
            return
        }
        defer { av_packet_unref(packet) }
        gate.allow(source.stallTimeout)  // the stall clock counts from the last access unit
        counters.accessUnits += 1
        counters.bytes += UInt64(packet.pointee.size)
        noteArrival()
        if decoder.send(packet) < 0 { counters.decodeErrors += 1 }
        if patience.isExhausted { throw noPicture() }
    }

    private func makeFrame() throws(CaptureError) -> Frame? {
        defer { av_frame_unref(picture) }
        guard picture.pointee.decode_error_flags == 0, picture.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0 else {
            counters.decodeErrors += 1
            return nil
        }
        let timestamp = picture.pointee.best_effort_timestamp
        try Self.check(FrameSize(width: Int(picture.pointee.width), height: Int(picture.pointee.height)), source)
        guard let image = pool.wrap(picture) else { throw unsupportedPixels() }
        counters.framesDecoded += 1
        if streamInfo.size != image.size { streamInfo.size = image.size }
        if decoder.reordersFrames { streamInfo.hasBFrames = true }
        defer { nextIndex += 1 }
        return Frame(
            camera: source.camera, session: session, index: nextIndex, time: frameTime(timestamp), image: image)
    }

    private func noteArrival() {
        let base = demuxer.stream.pointee.time_base
        let stamp = nanoseconds(packet.pointee.pts, base)
        if source.locator.isLive, let stamp, let utc = senderReportTime(of: packet) {
            clock.report(utc: utc, stamp: stamp, arrival: .now())
        }
        guard let onAccessUnit else { return }
        onAccessUnit(
            AccessUnit(
                stamp: stamp, decodeStamp: nanoseconds(packet.pointee.dts, base),
                isKey: packet.pointee.flags & AV_PKT_FLAG_KEY != 0, byteCount: Int(packet.pointee.size)))
    }

    private func frameTime(_ timestamp: Int64) -> FrameTime {
        clock.time(stamp: nanoseconds(timestamp, demuxer.stream.pointee.time_base), arrival: .now())
    }

    private static func check(_ size: FrameSize?, _ source: CaptureSource) throws(CaptureError) {
        guard let size, size.width * size.height > source.maximumPixels else { return }
        throw CaptureError(
            kind: .unsupported, camera: source.camera, operation: "decode",
            reason: "\(source.locator): the picture has \(size.width) × \(size.height) pixels, more than the limit of "
                + "\(source.maximumPixels); choose a smaller stream of the camera")
    }

    private func unsupportedPixels() -> CaptureError {
        failure(.unsupported, "the pixel format of the stream is not supported; set the camera to 8-bit 4:2:0")
    }

    private func noPicture() -> CaptureError {
        failure(
            .stalled,
            "data arrives, but no picture came out for \(source.pictureTimeout); it is damaged or has no key frames: "
                + "set the camera to one key frame every 2 seconds")
    }

    private func failure(_ kind: CaptureError.Kind, _ reason: String) -> CaptureError {
        CaptureError(kind: kind, camera: source.camera, operation: "decode", reason: "\(source.locator): \(reason)")
    }
}
