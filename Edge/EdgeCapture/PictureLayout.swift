import CFFmpeg
import EdgeCore

/// How an AVFrame's planes read as a ``PixelFormat``; nil for the formats that have to be converted first.
struct PictureLayout {
    let format: PixelFormat
    let isFullRange: Bool
    private let chromaShift: (horizontal: Int, vertical: Int)?

    init?(of picture: UnsafeMutablePointer<AVFrame>) {
        var isFullRange = picture.pointee.color_range == AVCOL_RANGE_JPEG
        switch AVPixelFormat(picture.pointee.format) {
        case AV_PIX_FMT_YUV420P: (format, chromaShift) = (.yuv420, (1, 1))
        case AV_PIX_FMT_YUV422P: (format, chromaShift) = (.yuv422, (1, 0))
        case AV_PIX_FMT_YUV444P: (format, chromaShift) = (.yuv444, (0, 0))
        case AV_PIX_FMT_YUVJ420P: (format, chromaShift, isFullRange) = (.yuv420, (1, 1), true)
        case AV_PIX_FMT_YUVJ422P: (format, chromaShift, isFullRange) = (.yuv422, (1, 0), true)
        case AV_PIX_FMT_YUVJ444P: (format, chromaShift, isFullRange) = (.yuv444, (0, 0), true)
        case AV_PIX_FMT_GRAY8:
            (format, chromaShift, isFullRange) = (.gray, nil, picture.pointee.color_range != AVCOL_RANGE_MPEG)
        default: return nil
        }
        // Upside-down pictures (negative line size) of some AVI files go through the converter.
        guard picture.pointee.linesize.0 > 0 else { return nil }
        self.isFullRange = isFullRange
    }

    /// The planes of `picture`, which must stay alive and in place while they are used.
    func planes(
        of picture: UnsafeMutablePointer<AVFrame>
    ) -> (luma: PixelPlane, chroma: (blue: PixelPlane, red: PixelPlane)?)? {
        let (width, height) = (Int(picture.pointee.width), Int(picture.pointee.height))
        let (data, lines) = (picture.pointee.data, picture.pointee.linesize)
        guard let luma = plane(data.0, lines.0, width, height) else { return nil }
        guard let shift = chromaShift else { return (luma, nil) }
        let chromaWidth = (width + (1 << shift.horizontal) - 1) >> shift.horizontal
        let chromaHeight = (height + (1 << shift.vertical) - 1) >> shift.vertical
        guard let blue = plane(data.1, lines.1, chromaWidth, chromaHeight),
            let red = plane(data.2, lines.2, chromaWidth, chromaHeight)
        else { return nil }
        return (luma, (blue, red))
    }

    private func plane(_ base: UnsafeMutablePointer<UInt8>?, _ line: Int32, _ width: Int, _ height: Int) -> PixelPlane?
    {
        base.map { PixelPlane(baseAddress: $0, bytesPerRow: Int(line), width: width, height: height) }
    }
}
