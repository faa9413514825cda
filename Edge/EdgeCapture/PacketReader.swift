import CFFmpeg
public import EdgeCore
import EventModel
import Foundation

/// Reads one camera or file and hands out its compressed pictures, each with its times. Belongs to one thread.
///
/// A reader is one unbroken session: after an error make a new one.
public final class PacketReader {
    private let source: CaptureSource
    let session: Int
    private let gate: CaptureGate
    private let demuxer: Demuxer
    private var times: PacketTimes
    /// The stream's description; a packet may bring a newer one.
    private var format: VideoFormat

    /// Sees each access unit: for the probe.
    var onAccessUnit: ((AccessUnit) -> Void)?

    /// What the stream says about itself.
    public private(set) var streamInfo: StreamInfo
    /// Access units and bytes so far; the other counts are the decoder's.
    public private(set) var counters = CaptureCounters()

    var audioCodecs: [String] { demuxer.audioCodecs }

    /// The camera's clock minus the host's by its newest sender report; nil where it sends none.
    public var cameraOffset: Duration? { times.cameraOffset }

    /// Connects. Blocks for `connectTimeout` at most (name look-up not included).
    ///
    /// - Parameters:
    ///   - session: the number that the packets carry.
    ///   - gate: lets another thread end a blocking call.
    /// - Throws: ``CaptureError``.
    public init(source: CaptureSource, session: Int = 1, gate: CaptureGate = CaptureGate()) throws(CaptureError) {
        self.source = source
        self.session = session
        self.gate = gate
        demuxer = try Demuxer(source: source, gate: gate)
        format = VideoFormat(demuxer.stream.pointee.codecpar.pointee)
        times = PacketTimes(clock: StreamClock(source: source))
        streamInfo = StreamInfo(demuxer: demuxer)
        try source.check(format.size)
    }

    /// A decoder for exactly this stream, also where its description says more than a ``VideoFormat`` holds.
    func makeDecoder() throws(CaptureError) -> VideoDecoder {
        try VideoDecoder(
            parameters: demuxer.stream.pointee.codecpar, timeBase: demuxer.stream.pointee.time_base, source: source)
    }

    /// The next access unit, in the order of the stream; nil at the end of a file.
    ///
    /// - Throws: ``CaptureError``; the reader is of no use afterwards. On a camera the end of the stream is an error.
    public func next() throws(CaptureError) -> VideoPacket? {
        gate.allow(source.stallTimeout)  // the stall clock counts from the last access unit
        let memory = PacketMemory()
        guard try demuxer.read(into: memory.packet) else { return nil }
        counters.accessUnits += 1
        counters.bytes += UInt64(memory.packet.pointee.size)
        adoptNewDescription(memory)
        return makePacket(memory, arrival: .now())
    }

    private func makePacket(_ memory: PacketMemory, arrival: Arrival) -> VideoPacket {
        let packet = memory.packet
        let base = demuxer.stream.pointee.time_base
        let stamp = nanoseconds(packet.pointee.pts, base)
        let decodeStamp = nanoseconds(packet.pointee.dts, base)
        if source.locator.isLive, let stamp, let utc = senderReportTime(of: packet) {
            times.report(utc: utc, stamp: stamp, arrival: arrival)
        }
        let (time, decode) = times.place(stamp: stamp, decodeStamp: decodeStamp, arrival: arrival)
        let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        onAccessUnit?(
            AccessUnit(
                stamp: stamp, decodeStamp: decodeStamp, isKey: isKey, byteCount: Int(packet.pointee.size)))
        return VideoPacket(
            session: session, format: format, time: time, decodeTime: decode, isKey: isKey,
            arrivalNanoseconds: source.locator.isLive ? arrival.monotonicNanoseconds : 0, payload: memory.payload,
            owner: memory)
    }

    private func adoptNewDescription(_ memory: PacketMemory) {
        var size = 0
        guard let bytes = av_packet_get_side_data(memory.packet, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0 else {
            return
        }
        format.parameterSets = Data(UnsafeBufferPointer(start: bytes, count: size))
    }
}

extension CaptureSource {
    /// Refuses pictures that are larger than the limit.
    func check(_ size: FrameSize?) throws(CaptureError) {
        guard let size, size.width * size.height > maximumPixels else { return }
        throw CaptureError(
            kind: .unsupported, camera: camera, operation: "decode",
            reason: "\(locator): the picture has \(size.width) × \(size.height) pixels, more than the limit of "
                + "\(maximumPixels); choose a smaller stream of the camera")
    }
}
