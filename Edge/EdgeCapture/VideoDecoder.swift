import CFFmpeg
import Glibc

/// Owns one libavcodec decoder. One thread.
final class VideoDecoder {
    private var context: UnsafeMutablePointer<AVCodecContext>?

    /// Opens the decoder for `stream`; nil with a status where there is none or it refuses the parameters.
    init(stream: UnsafeMutablePointer<AVStream>, maximumPixels: Int) throws(Status) {
        let parameters = stream.pointee.codecpar
        guard let codec = avcodec_find_decoder(parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE) else {
            throw Status(code: CFF_ERROR_DECODER_NOT_FOUND)
        }
        guard let context = avcodec_alloc_context3(codec) else { throw Status(code: cff_error(ENOMEM)) }
        self.context = context
        avcodec_parameters_to_context(context, parameters)
        context.pointee.thread_count = 1  // more threads cost CPU; there are many cameras to spread over the cores
        context.pointee.pkt_timebase = stream.pointee.time_base
        context.pointee.max_pixels = Int64(maximumPixels)
        let status = avcodec_open2(context, codec, nil)
        guard status >= 0 else { throw Status(code: status) }
    }

    deinit { avcodec_free_context(&context) }

    /// A status of libavcodec that is an error.
    struct Status: Error { var code: Int32 }

    /// libavcodec's name of the codec.
    var name: String { context.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? "" }

    /// True once the decoder has seen that pictures are reordered.
    var reordersFrames: Bool { (context?.pointee.has_b_frames ?? 0) > 0 }

    /// Feeds one access unit; nil asks for what is still inside.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> Int32 { avcodec_send_packet(context, packet) }

    /// Takes one picture out.
    func receive(into picture: UnsafeMutablePointer<AVFrame>) -> Int32 { avcodec_receive_frame(context, picture) }
}
