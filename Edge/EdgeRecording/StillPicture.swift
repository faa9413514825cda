import CFFmpeg
import EdgeCore
import EventModel

/// Turns libavcodec's pictures into ``PixelBuffer``s that keep them alive.
enum StillPicture {
    /// Shares the picture's memory; uncommon formats are converted to 8-bit 4:2:0. Nil when memory is short.
    static func buffer(_ picture: UnsafeMutablePointer<AVFrame>) -> PixelBuffer? {
        guard let memory = StillMemory() else { return nil }
        if let layout = Layout(AVPixelFormat(picture.pointee.format)) {
            guard av_frame_ref(memory.frame, picture) >= 0 else { return nil }
            return buffer(memory, layout)
        }
        guard convert(picture, into: memory.frame) else { return nil }
        return Layout(AV_PIX_FMT_YUV420P).flatMap { buffer(memory, $0) }
    }

    private static func buffer(_ memory: StillMemory, _ layout: Layout) -> PixelBuffer? {
        let frame = memory.frame.pointee
        let size = FrameSize(width: Int(frame.width), height: Int(frame.height))
        let (lines, data) = (frame.linesize, frame.data)
        guard let luma = data.0.map({ plane($0, lines.0, size.width, size.height) }) else { return nil }
        let width = (size.width + layout.across - 1) / layout.across
        let height = (size.height + layout.down - 1) / layout.down
        var chroma: (blue: PixelPlane, red: PixelPlane)?
        if layout.format != .gray, let blue = data.1, let red = data.2 {
            chroma = (plane(blue, lines.1, width, height), plane(red, lines.2, width, height))
        }
        return PixelBuffer(
            size: size, format: layout.format,
            isFullRange: layout.isFullRange || frame.color_range == AVCOL_RANGE_JPEG, luma: luma, chroma: chroma,
            owner: memory)
    }

    private static func plane(_ base: UnsafeMutablePointer<UInt8>, _ line: Int32, _ width: Int, _ height: Int)
        -> PixelPlane
    {
        PixelPlane(baseAddress: base, bytesPerRow: Int(line), width: width, height: height)
    }

    private static func convert(
        _ picture: UnsafeMutablePointer<AVFrame>, into output: UnsafeMutablePointer<AVFrame>
    ) -> Bool {
        let (width, height) = (picture.pointee.width, picture.pointee.height)
        (output.pointee.width, output.pointee.height) = (width, height)
        output.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        output.pointee.color_range = picture.pointee.color_range
        let scaler = sws_getContext(
            width, height, AVPixelFormat(picture.pointee.format), width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, nil,
            nil, nil)
        defer { sws_freeContext(scaler) }
        guard scaler != nil, av_frame_get_buffer(output, 0) >= 0 else { return false }
        let coefficients = sws_getCoefficients(SWS_CS_DEFAULT)
        let range: Int32 = picture.pointee.color_range == AVCOL_RANGE_JPEG ? 1 : 0
        sws_setColorspaceDetails(scaler, coefficients, range, coefficients, range, 0, 1 << 16, 1 << 16)
        return sws_scale_frame(scaler, output, picture) >= 0
    }

    private struct Layout {
        var format: PixelFormat
        var isFullRange = false
        var across = 1
        var down = 1

        init?(_ format: AVPixelFormat) {
            switch format {
            case AV_PIX_FMT_YUV420P: (self.format, across, down) = (.yuv420, 2, 2)
            case AV_PIX_FMT_YUVJ420P: (self.format, isFullRange, across, down) = (.yuv420, true, 2, 2)
            case AV_PIX_FMT_YUV422P: (self.format, across) = (.yuv422, 2)
            case AV_PIX_FMT_YUVJ422P: (self.format, isFullRange, across) = (.yuv422, true, 2)
            case AV_PIX_FMT_YUV444P: self.format = .yuv444
            case AV_PIX_FMT_YUVJ444P: (self.format, isFullRange) = (.yuv444, true)
            case AV_PIX_FMT_GRAY8: (self.format, isFullRange) = (.gray, true)
            default: return nil
            }
        }
    }
}

/// Owns one AVFrame.
private final class StillMemory {
    let frame: UnsafeMutablePointer<AVFrame>

    init?() {
        guard let frame = av_frame_alloc() else { return nil }
        self.frame = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }
}
