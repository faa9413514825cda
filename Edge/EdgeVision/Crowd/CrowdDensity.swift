public import EventModel
public import SiteCalibration

/// A map of people: what the counting network gives for one picture, or for a region of it.
///
/// Cells are squares, row by row from the top left. The sum over an area is the number of people in it.
public struct CrowdDensity: Sendable {
    /// Cells across.
    public let columns: Int
    /// Cells down.
    public let rows: Int
    /// The picture's pixel at the left upper corner of the first cell; outside the picture where the input had bars.
    public let origin: Point
    /// A cell's side in pixels of the picture.
    public let side: Double
    /// Cells below zero and cells whose centre lies outside the picture hold nobody.
    private var cells: [Float]

    /// Makes a map.
    ///
    /// - Parameters:
    ///   - origin: the picture's pixel at the left upper corner of the first cell; outside the picture where the input had
    ///     bars.
    ///   - side: of a cell in pixels of the picture.
    /// - Throws: ``VisionError`` of kind `.internalFault` where the number of cells is not columns times rows, or one is
    ///   not a number.
    public init(cells: [Float], columns: Int, rows: Int, origin: Point, side: Double, picture: FrameSize)
        throws(VisionError)
    {
        guard columns > 0, rows > 0, cells.count == columns * rows, side > 0 else {
            throw Self.fault("\(cells.count) cells are no map of \(columns) x \(rows)")
        }
        guard cells.allSatisfy(\.isFinite) else { throw Self.fault("the network answered with what is no number") }
        (self.columns, self.rows, self.origin, self.side, self.cells) = (columns, rows, origin, side, cells)
        for row in 0..<rows {
            for column in 0..<columns {
                let place = center(row, column)
                let isOutside =
                    place.x < 0 || place.y < 0 || place.x >= Double(picture.width)
                    || place.y >= Double(picture.height)
                self.cells[row * columns + column] = isOutside ? 0 : max(0, cells[row * columns + column])
            }
        }
    }

    /// People in the picture.
    public var people: Double { sum { _ in true } }

    /// People in an area of the picture, by the cells whose centre lies in it.
    public func people(in area: Polygon) -> Double { sum(where: area.contains) }

    /// The share of an area's people that stand in blocks of three by three cells with more than `limit` of them.
    public func crowdedShare(over limit: Double, in area: Polygon?) -> Double {
        var all = 0.0
        var crowded = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                let people = value(row, column)
                guard people > 0, area?.contains(center(row, column)) ?? true else { continue }
                all += people
                if block(row, column) > limit { crowded += people }
            }
        }
        return all > 0 ? crowded / all : 0
    }

    /// Where the people are: the highest peaks of the map, as many as are counted there at most, best first.
    ///
    /// A peak is a block of three by three cells that holds more than every neighbouring one, and at least `least`; the
    /// place is the block's centre of gravity.
    public func peaks(in area: Polygon? = nil, least: Double = 0.1) -> [Point] {
        var found: [(height: Double, place: Point)] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let height = block(row, column)
                guard height >= least, isPeak(row, column, height) else { continue }
                let place = balance(row, column)
                if area?.contains(place) ?? true { found.append((height, place)) }
            }
        }
        let people = Int((area.map(people(in:)) ?? people).rounded())
        return found.enumerated().sorted { ($1.element.height, $0.offset) < ($0.element.height, $1.offset) }
            .prefix(people).map(\.element.place)
    }

    private func sum(where isIn: (Point) -> Bool) -> Double {
        var people = 0.0
        for row in 0..<rows {
            for column in 0..<columns where value(row, column) > 0 && isIn(center(row, column)) {
                people += value(row, column)
            }
        }
        return people
    }

    private func center(_ row: Int, _ column: Int) -> Point {
        Point(x: origin.x + (Double(column) + 0.5) * side, y: origin.y + (Double(row) + 0.5) * side)
    }

    private func isOnMap(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && column >= 0 && row < rows && column < columns
    }

    /// 0 beyond the map's edge.
    private func value(_ row: Int, _ column: Int) -> Double {
        guard isOnMap(row, column) else { return 0 }
        return Double(cells[row * columns + column])
    }

    private func block(_ row: Int, _ column: Int) -> Double {
        var people = 0.0
        for y in row - 1...row + 1 { for x in column - 1...column + 1 { people += value(y, x) } }
        return people
    }

    private func balance(_ row: Int, _ column: Int) -> Point {
        var (people, x, y) = (0.0, 0.0, 0.0)
        for r in row - 1...row + 1 {
            for c in column - 1...column + 1 {
                let (share, place) = (value(r, c), center(r, c))
                people += share
                x += share * place.x
                y += share * place.y
            }
        }
        return people > 0 ? Point(x: x / people, y: y / people) : center(row, column)
    }

    /// Of equal neighbours the first is the peak.
    private func isPeak(_ row: Int, _ column: Int, _ height: Double) -> Bool {
        for y in row - 1...row + 1 {
            for x in column - 1...column + 1 where (y, x) != (row, column) && isOnMap(y, x) {
                let other = block(y, x)
                if other > height || (other == height && (y, x) < (row, column)) { return false }
            }
        }
        return true
    }

    private static func fault(_ message: String) -> VisionError {
        VisionError(kind: .internalFault, operation: "crowd map", message: message)
    }
}
