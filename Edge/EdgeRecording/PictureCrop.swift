public import EdgeCore
public import EventModel

extension PixelBuffer {
    /// A part of the picture, sharing its memory: for evidence that shows one vehicle or one plate large.
    ///
    /// Chroma is coarser than luma in most formats, so the edges move outwards to even pixels.
    ///
    /// - Parameter box: in pixels of this picture; what lies outside the picture is cut off.
    /// - Returns: nil where nothing of the box lies in the picture.
    public func cropped(to box: BoundingBox) -> PixelBuffer? {
        guard let columns = Self.span(box.x, box.width, limit: size.width),
            let rows = Self.span(box.y, box.height, limit: size.height)
        else { return nil }
        let across = format == .yuv420 || format == .yuv422 ? 2 : 1
        let down = format == .yuv420 ? 2 : 1
        return PixelBuffer(
            size: FrameSize(width: columns.count, height: rows.count), format: format, isFullRange: isFullRange,
            luma: Self.crop(luma, columns, rows, 1, 1),
            chroma: chroma.map {
                (Self.crop($0.blue, columns, rows, across, down), Self.crop($0.red, columns, rows, across, down))
            }, owner: self)
    }

    private static func span(_ begin: Double, _ length: Double, limit: Int) -> Range<Int>? {
        let low = min(max(begin, 0), Double(limit)), high = min(max(begin + length, 0), Double(limit))
        guard low < high else { return nil }  // also for what is not a number
        let (first, last) = (Int(low) & ~1, min(limit, (Int(high.rounded(.up)) + 1) & ~1))
        return first < last ? first..<last : nil
    }

    private static func crop(
        _ plane: PixelPlane, _ columns: Range<Int>, _ rows: Range<Int>, _ across: Int, _ down: Int
    ) -> PixelPlane {
        PixelPlane(
            baseAddress: plane.baseAddress + rows.lowerBound / down * plane.bytesPerRow + columns.lowerBound / across,
            bytesPerRow: plane.bytesPerRow, width: (columns.count + across - 1) / across,
            height: (rows.count + down - 1) / down)
    }
}
