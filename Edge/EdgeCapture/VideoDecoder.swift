import CFFmpeg
import EdgeCore
import EventModel
import Foundation
import Glibc

/// Owns one libavcodec decoder. One thread.
final class VideoDecoder {
    private var context: UnsafeMutablePointer<AVCodecContext>?

    /// Opens the decoder for a stream.
    ///
    /// - Throws: ``CaptureError`` of kind `unsupported` where there is none or it refuses the parameters.
    init(
        parameters: UnsafePointer<AVCodecParameters>, timeBase: AVRational, source: CaptureSource
    ) throws(CaptureError) {
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            throw Self.failure(CFF_ERROR_DECODER_NOT_FOUND, source)
        }
        guard let context = avcodec_alloc_context3(codec) else { throw Self.failure(cff_error(ENOMEM), source) }
        self.context = context
        avcodec_parameters_to_context(context, parameters)
        context.pointee.thread_count = 1  // more threads cost CPU; there are many cameras to spread over the cores
        context.pointee.pkt_timebase = timeBase
        context.pointee.max_pixels = Int64(source.maximumPixels)
        let status = avcodec_open2(context, codec, nil)
        guard status >= 0 else { throw Self.failure(status, source) }
    }

    /// Opens the decoder for packets whose demuxer is elsewhere.
    convenience init(format: VideoFormat, source: CaptureSource) throws(CaptureError) {
        var parameters = avcodec_parameters_alloc()
        defer { avcodec_parameters_free(&parameters) }
        guard let parameters else { throw Self.failure(cff_error(ENOMEM), source) }
        parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointee.codec_id = format.coding.codecID
        parameters.pointee.width = Int32(clamping: format.size?.width ?? 0)
        parameters.pointee.height = Int32(clamping: format.size?.height ?? 0)
        guard Self.fill(parameters, with: format.parameterSets) else { throw Self.failure(cff_error(ENOMEM), source) }
        try self.init(parameters: parameters, timeBase: AVRational(num: 1, den: 1_000_000_000), source: source)
    }

    private static func fill(_ parameters: UnsafeMutablePointer<AVCodecParameters>, with bytes: Data) -> Bool {
        guard !bytes.isEmpty else { return true }
        guard let memory = av_mallocz(bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else { return false }
        bytes.copyBytes(to: memory.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        parameters.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = Int32(bytes.count)
        return true
    }

    deinit { avcodec_free_context(&context) }

    /// Whether the pictures of the access units to come go without the loop filter. Change it at key frames.
    func skipLoopFilter(_ skips: Bool) { context?.pointee.skip_loop_filter = skips ? AVDISCARD_ALL : AVDISCARD_DEFAULT }

    /// libavcodec's name of the codec.
    var name: String { context.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? "" }

    /// True once the decoder has seen that pictures are reordered.
    var reordersFrames: Bool { (context?.pointee.has_b_frames ?? 0) > 0 }

    /// Feeds one access unit, whose pictures will carry `mark`; nil asks for what is still inside.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?, mark: Int64 = 0) -> Int32 {
        context?.pointee.reordered_opaque = mark
        return avcodec_send_packet(context, packet)
    }

    /// Takes one picture out.
    func receive(into picture: UnsafeMutablePointer<AVFrame>) -> Int32 { avcodec_receive_frame(context, picture) }

    /// Forgets all pictures: the next access unit must be a key frame.
    func flush() { avcodec_flush_buffers(context) }

    private static func failure(_ status: Int32, _ source: CaptureSource) -> CaptureError {
        CaptureError(source: source, isCancelled: false, operation: "decode", status: status)
    }
}
