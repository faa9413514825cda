import EdgeCore
import EventModel

/// Memory of a drawn picture with colour.
final class PlanarPicture {
    private let planes: [Canvas]
    private let format: PixelFormat
    private let isFullRange: Bool

    /// - Parameter draw: luma, Cb and Cr at a pixel of the picture; a chroma sample is drawn as its first pixel.
    init(
        _ width: Int, _ height: Int, _ format: PixelFormat, isFullRange: Bool = true,
        draw: (_ x: Int, _ y: Int) -> (luma: UInt8, blue: UInt8, red: UInt8)
    ) {
        self.format = format
        self.isFullRange = isFullRange
        let across = format == .yuv444 ? 1 : 2, down = format == .yuv420 ? 2 : 1
        let luma = Canvas(width: width, height: height, bytesPerRow: width + 5)
        luma.map { x, y, _ in Int(draw(x, y).luma) }
        guard format != .gray else {
            planes = [luma]
            return
        }
        let chroma = (0..<2).map { _ in
            let columns = (width + across - 1) / across
            return Canvas(width: columns, height: (height + down - 1) / down, bytesPerRow: columns + 3)
        }
        chroma[0].map { x, y, _ in Int(draw(x * across, y * down).blue) }
        chroma[1].map { x, y, _ in Int(draw(x * across, y * down).red) }
        planes = [luma] + chroma
    }

    func pixels() -> PixelBuffer {
        let all = planes.map {
            PixelPlane(baseAddress: $0.memory, bytesPerRow: $0.bytesPerRow, width: $0.width, height: $0.height)
        }
        return PixelBuffer(
            size: FrameSize(width: all[0].width, height: all[0].height), format: format, isFullRange: isFullRange,
            luma: all[0], chroma: all.count == 3 ? (blue: all[1], red: all[2]) : nil, owner: self)
    }
}
