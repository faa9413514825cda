public import EdgeCore
public import EventModel

/// How bright the bright parts of a picture are: a street at night without lamps has none.
public enum BrightLevel {
    /// Samples taken across and down at most.
    static let samples = 128

    /// The level (0 black … 1 white) that 5 % of a part of the picture exceed, of a grid of samples.
    public static func of(_ image: PixelBuffer, part: BoundingBox) -> Double {
        var histogram = [Int](repeating: 0, count: 256)
        let luma = image.luma
        let columns = pixels(part.x, part.maxX, of: luma.width)
        let rows = pixels(part.y, part.maxY, of: luma.height)
        var taken = 0
        for y in stride(from: rows.lowerBound, to: rows.upperBound, by: max(1, rows.count / samples)) {
            let row = luma.baseAddress + y * luma.bytesPerRow
            for x in stride(from: columns.lowerBound, to: columns.upperBound, by: max(1, columns.count / samples)) {
                histogram[Int(row[x])] += 1
                taken += 1
            }
        }
        return level(above: taken / 20, of: histogram, isFullRange: image.isFullRange)
    }

    private static func pixels(_ start: Double, _ end: Double, of length: Int) -> Range<Int> {
        let first = Int(min(max(0, start), Double(length)))
        return first..<max(first, Int(min(end, Double(length))))
    }

    private static func level(above count: Int, of histogram: [Int], isFullRange: Bool) -> Double {
        var seen = 0
        for value in histogram.indices.reversed() {
            seen += histogram[value]
            guard seen > count else { continue }
            let level = isFullRange ? Double(value) / 255 : (Double(value) - 16) / 219
            return min(1, max(0, level))
        }
        return 0
    }
}
