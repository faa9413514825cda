import CFFmpeg
public import EdgeCore
public import EventModel

/// Turns packets into pictures. Belongs to one thread.
///
/// Memory for pictures is reused; a picture that somebody still holds is left alone. Damaged pictures are counted and
/// left out. A new session, or another way of coding, begins a new decoder by itself.
public final class FrameDecoder {
    /// What was decoded so far, over all sessions; arrivals are the reader's.
    public private(set) var counters = CaptureCounters()
    /// Pixels of the newest picture.
    public private(set) var size: FrameSize?

    /// True once pictures were seen to be reordered.
    public var reordersFrames: Bool { decoder?.reordersFrames ?? false }
    /// libavcodec's name of the codec; empty before the first packet.
    public var codec: String { decoder?.name ?? "" }

    /// Whether what is sent from now on is decoded without the loop filter: a sixth cheaper (H.264), but each picture
    /// differs a little more from what the camera saw than the one before, until the next key frame. Change it there.
    public var skipsLoopFilter = false {
        didSet { if skipsLoopFilter != oldValue { decoder?.skipLoopFilter(skipsLoopFilter) } }
    }

    private let source: CaptureSource
    private let pool = PicturePool()
    private let picture: UnsafeMutablePointer<AVFrame>
    private var decoder: VideoDecoder?
    private var session = 0
    private var format: VideoFormat?
    private var sent: Int64 = 0
    private var nextIndex = 0
    private var order = FrameOrder()
    // What is known of the packets in the decoder, by their number: it holds back 16 pictures at most.
    private var sentPackets: [(time: FrameTime, isRough: Bool)?] = Array(repeating: nil, count: 64)

    /// Makes a decoder; nothing is opened before the first packet.
    ///
    /// - Parameter source: names the camera and the largest picture accepted.
    public init(source: CaptureSource) {
        self.source = source
        guard let picture = av_frame_alloc() else { preconditionFailure("out of memory for a picture") }
        self.picture = picture
    }

    deinit {
        var picture: UnsafeMutablePointer<AVFrame>? = picture
        av_frame_free(&picture)
    }

    /// Opens the decoder for exactly the stream of a reader, whose description may say more than its packets do. For
    /// files, whose codings are many; otherwise the first packet opens one.
    ///
    /// - Throws: ``CaptureError`` of kind `unsupported`.
    public func begin(with reader: PacketReader) throws(CaptureError) {
        begin(try reader.makeDecoder(), session: reader.session, format: nil)
    }

    private func begin(_ decoder: VideoDecoder, session: Int, format: VideoFormat?) {
        if session != self.session {
            nextIndex = 0
            order = FrameOrder()
        }
        self.decoder = decoder
        decoder.skipLoopFilter(skipsLoopFilter)
        self.session = session
        self.format = format
    }

    /// Feeds the next packet; ask ``receive()`` for pictures until there is none.
    ///
    /// - Throws: ``CaptureError`` of kind `unsupported` where the session cannot be decoded at all.
    public func send(_ packet: VideoPacket) throws(CaptureError) {
        if packet.session != session || (packet.format != format && format != nil) || decoder == nil {
            begin(
                try VideoDecoder(format: packet.format, source: source), session: packet.session, format: packet.format)
        }
        guard let memory = packet.owner as? PacketMemory, let decoder else {
            preconditionFailure("packets are made by PacketReader")
        }
        sentPackets[Int(sent & 63)] = (packet.time, skipsLoopFilter)
        if decoder.send(memory.packet, mark: sent) < 0 { counters.decodeErrors += 1 }
        sent += 1
    }

    /// Asks the decoder for the pictures that it still holds back, at the end of a file.
    public func drain() { _ = decoder?.send(nil) }

    /// Forgets what was sent: the next packet must be a key frame.
    public func flush() {
        decoder?.flush()
        order = FrameOrder()
    }

    /// The next picture, in presentation order; nil when the decoder wants another packet, or has ended.
    ///
    /// - Throws: ``CaptureError`` of kind `unsupported`: pictures of this kind cannot be used.
    public func receive() throws(CaptureError) -> Frame? {
        while let decoder {
            let status = decoder.receive(into: picture)
            if status >= 0 {
                if let frame = try makeFrame() { return frame }
            } else if status == CFF_ERROR_EOF || status == CFF_ERROR_AGAIN {
                return nil
            } else {
                counters.decodeErrors += 1
            }
        }
        return nil
    }

    private func makeFrame() throws(CaptureError) -> Frame? {
        defer { av_frame_unref(picture) }
        guard picture.pointee.decode_error_flags == 0, picture.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0,
            let packet = sentPackets[Int(picture.pointee.reordered_opaque & 63)]
        else {
            counters.decodeErrors += 1
            return nil
        }
        try source.check(FrameSize(width: Int(picture.pointee.width), height: Int(picture.pointee.height)))
        guard let image = pool.wrap(picture) else { throw unsupportedPixels() }
        counters.framesDecoded += 1
        if size != image.size { size = image.size }
        defer { nextIndex += 1 }
        return Frame(
            camera: source.camera, session: session, index: nextIndex, time: order.place(packet.time), image: image,
            isRough: packet.isRough)
    }

    private func unsupportedPixels() -> CaptureError {
        CaptureError(
            kind: .unsupported, camera: source.camera, operation: "decode",
            reason: "\(source.locator): the pixel format of the stream is not supported; set the camera to 8-bit 4:2:0")
    }
}
