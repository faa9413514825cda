import CFFmpeg
import EdgeCore
import EventModel
import Foundation

/// Owns libavcodec's MJPEG encoder for one size and layout of pictures. One thread.
final class JPEGEncoder {
    private let size: FrameSize
    private let layout: PixelFormat
    private let isFullRange: Bool
    private let quantizer: Int32
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var staged: UnsafeMutablePointer<AVFrame>?
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var scaler: OpaquePointer?

    init(_ image: PixelBuffer, quality: Int) throws(StillError) {
        (size, layout, isFullRange) = (image.size, image.format, image.isFullRange)
        // libavcodec counts from 2 (best) to 31; 90 in a hundred becomes 4.
        quantizer = 2 + Int32((100 - quality) * 29 / 99)
        context = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG))
        (staged, packet) = (av_frame_alloc(), av_packet_alloc())
        guard let context, let staged, packet != nil else { throw failure("allocation", cff_error(ENOMEM)) }
        try open(context)
        try prepare(staged)
    }

    deinit {
        avcodec_free_context(&context)
        av_frame_free(&staged)
        av_packet_free(&packet)
        sws_freeContext(scaler)
    }

    func fits(_ image: PixelBuffer) -> Bool {
        image.size == size && image.format == layout && image.isFullRange == isFullRange
    }

    func encode(_ image: PixelBuffer) throws(StillError) -> Data {
        guard let staged, let packet else { throw failure("allocation", cff_error(ENOMEM)) }
        try check("allocation", av_frame_make_writable(staged))
        try fill(staged, from: image)
        staged.pointee.quality = quantizer * FF_QP2LAMBDA
        try check("encoding", avcodec_send_frame(context, staged))
        try check("encoding", avcodec_receive_packet(context, packet))
        defer { av_packet_unref(packet) }
        return Data(bytes: packet.pointee.data, count: Int(packet.pointee.size))
    }

    private var target: AVPixelFormat {
        switch layout {
        case .yuv420, .gray: AV_PIX_FMT_YUVJ420P
        case .yuv422: AV_PIX_FMT_YUVJ422P
        case .yuv444: AV_PIX_FMT_YUVJ444P
        }
    }

    private var sourceFormat: AVPixelFormat {
        switch layout {
        case .yuv420: isFullRange ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P
        case .yuv422: isFullRange ? AV_PIX_FMT_YUVJ422P : AV_PIX_FMT_YUV422P
        case .yuv444: isFullRange ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_YUV444P
        case .gray: AV_PIX_FMT_GRAY8
        }
    }

    private func open(_ context: UnsafeMutablePointer<AVCodecContext>) throws(StillError) {
        context.pointee.width = Int32(clamping: size.width)
        context.pointee.height = Int32(clamping: size.height)
        context.pointee.pix_fmt = target
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointee.global_quality = quantizer * FF_QP2LAMBDA
        try check("opening the encoder", avcodec_open2(context, nil, nil))
    }

    private func prepare(_ frame: UnsafeMutablePointer<AVFrame>) throws(StillError) {
        frame.pointee.width = Int32(clamping: size.width)
        frame.pointee.height = Int32(clamping: size.height)
        frame.pointee.format = target.rawValue
        frame.pointee.color_range = AVCOL_RANGE_JPEG
        try check("allocation", av_frame_get_buffer(frame, 0))
        scaler = sws_getContext(
            Int32(clamping: size.width), Int32(clamping: size.height), sourceFormat, Int32(clamping: size.width),
            Int32(clamping: size.height), target, SWS_POINT, nil, nil, nil)
        guard scaler != nil else { throw failure("conversion", cff_error(EINVAL)) }
        let coefficients = sws_getCoefficients(SWS_CS_DEFAULT)
        let range: Int32 = isFullRange ? 1 : 0
        sws_setColorspaceDetails(scaler, coefficients, range, coefficients, 1, 0, 1 << 16, 1 << 16)
    }

    private func fill(_ frame: UnsafeMutablePointer<AVFrame>, from image: PixelBuffer) throws(StillError) {
        let planes = [image.luma, image.chroma?.blue, image.chroma?.red]
        let data = planes.map { $0.map { UnsafePointer($0.baseAddress) } } + [nil]
        let lines = planes.map { Int32(clamping: $0?.bytesPerRow ?? 0) } + [0]
        let targets = [frame.pointee.data.0, frame.pointee.data.1, frame.pointee.data.2, nil]
        let targetLines = [frame.pointee.linesize.0, frame.pointee.linesize.1, frame.pointee.linesize.2, 0]
        try check(
            "conversion",
            sws_scale(scaler, data, lines, 0, Int32(clamping: size.height), targets, targetLines))
    }

    private func check(_ operation: String, _ status: Int32) throws(StillError) {
        guard status >= 0 else { throw failure(operation, status) }
    }

    private func failure(_ operation: String, _ status: Int32) -> StillError {
        StillError(operation: operation, size: size, ffmpegStatus: status)
    }
}
