import EdgeCore
import EdgeVision
import EventModel
import SiteCalibration
import Testing

@Suite struct CrowdDensityTests {
    private let picture = FrameSize(width: 80, height: 60)

    /// A map of 20 × 15 cells of 4 pixels over the whole picture; `people` at (column, row).
    private func makeMap(
        _ people: [(column: Int, row: Int, count: Float)], origin: Point = Point(x: 0, y: 0), picture: FrameSize? = nil
    ) throws -> CrowdDensity {
        var cells = [Float](repeating: 0, count: 20 * 15)
        for person in people { cells[person.row * 20 + person.column] += person.count }
        return try CrowdDensity(
            cells: cells, columns: 20, rows: 15, origin: origin, side: 4, picture: picture ?? self.picture)
    }

    private func square(_ x: Double, _ y: Double, _ side: Double) -> Polygon {
        Polygon(points: [(0, 0), (1, 0), (1, 1), (0, 1)].map { Point(x: x + $0.0 * side, y: y + $0.1 * side) })
    }

    @Test func theSumIsTheCountAndAnAreaHoldsItsCells() throws {
        let map = try makeMap([(2, 2, 0.6), (3, 2, 0.5), (15, 10, 2)])
        #expect(abs(map.people - 3.1) < 1e-6)
        #expect(abs(map.people(in: square(0, 0, 20)) - 1.1) < 1e-6)
        #expect(abs(map.people(in: square(8, 8, 4)) - 0.6) < 1e-6)
        #expect(map.people(in: square(40, 0, 20)) == 0)
    }

    @Test func whatLiesInTheBarsBesideThePictureIsNobody() throws {
        let people: [(column: Int, row: Int, count: Float)] = [(1, 1, 5), (10, 7, 1), (18, 7, 5)]
        let map = try makeMap(people, origin: Point(x: -8, y: 0), picture: FrameSize(width: 60, height: 60))
        #expect(abs(map.people - 1) < 1e-6)
        #expect(map.peaks() == [Point(x: 34, y: 30)])
    }

    @Test func cellsBelowZeroAreNobodyAndWhatIsNoNumberIsRefused() throws {
        #expect(try makeMap([(2, 2, -3), (5, 5, 1)]).people(in: square(16, 16, 12)) == 1)
        #expect(try makeMap([(2, 2, -3), (5, 5, 1)]).people == 1)
        #expect(throws: VisionError.self) { try makeMap([(2, 2, .nan)]) }
        #expect(throws: VisionError.self) {
            try CrowdDensity(
                cells: [0, 0], columns: 3, rows: 1, origin: Point(x: 0, y: 0), side: 4, picture: picture)
        }
    }

    @Test func peaksArePeopleTheSurestFirst() throws {
        let map = try makeMap([(3, 3, 0.75), (4, 3, 0.25), (12, 9, 1.5), (17, 2, 0.05)])
        #expect(map.peaks() == [Point(x: 50, y: 38), Point(x: 15, y: 14)])
        #expect(map.peaks(in: square(0, 0, 20)) == [Point(x: 15, y: 14)])
    }

    @Test func aFlatMapHasNoMorePeaksThanPeople() throws {
        let flat = (0..<15).flatMap { row in (0..<20).map { (column: $0, row: row, count: Float(0.1)) } }
        #expect(try makeMap(flat).peaks().count <= 30)
    }

    @Test func theCrowdedShareIsOfPeopleNotOfCells() throws {
        let map = try makeMap([(3, 3, 3), (12, 9, 1)])
        #expect(abs(map.crowdedShare(over: 2, in: nil) - 0.75) < 1e-6)
        #expect(map.crowdedShare(over: 2, in: square(40, 20, 20)) == 0)
        #expect(try makeMap([]).crowdedShare(over: 2, in: nil) == 0)
    }
}

@Suite struct CrowdIntervalTests {
    private let interval = CrowdInterval(floor: 2, slope: 0.1, below: 1.5, above: 2, doubtful: 3)

    @Test func bothEndsGrowWithTheCount() {
        #expect(interval.count(100.4, doubt: nil) == CrowdCount(count: 100, low: 82, high: 125))
        #expect(interval.count(0, doubt: nil) == CrowdCount(count: 0, low: 0, high: 4))
    }

    @Test func doubtMakesItWide() {
        #expect(interval.count(100, doubt: .tooDark) == CrowdCount(count: 100, low: 46, high: 172, doubt: .tooDark))
    }

    @Test func theCountLiesInside() {
        let tight = CrowdInterval(floor: 0, slope: 0, below: 0, above: 0, doubtful: 1)
        for people in [0, 0.4, 0.5, 7.5, 311.7] {
            let count = tight.count(people, doubt: nil)
            #expect((count.low...count.high).contains(count.count))
        }
    }
}

@Suite struct CrowdLimitsTests {
    private let limits = CrowdLimits(leastLevel: 0.2, leastSide: 300, mostInBlock: 2, mostCrowded: 0.5)
    private let size = FrameSize(width: 640, height: 480)

    private func makeMap(_ people: Float) throws -> CrowdDensity {
        var cells = [Float](repeating: 0, count: 9)
        cells[4] = people
        return try CrowdDensity(
            cells: cells, columns: 3, rows: 3, origin: Point(x: 0, y: 0), side: 4, picture: size)
    }

    @Test func eachLimitHasItsReason() throws {
        let few = try makeMap(1)
        #expect(limits.doubt(level: 0.5, region: size, density: few, area: nil) == nil)
        #expect(limits.doubt(level: 0.1, region: size, density: few, area: nil) == .tooDark)
        let small = FrameSize(width: 200, height: 299)
        #expect(limits.doubt(level: 0.5, region: small, density: few, area: nil) == .tooSmall)
        #expect(limits.doubt(level: 0.5, region: size, density: try makeMap(5), area: nil) == .tooFar)
    }

    @Test func theBrightLevelIsThatOfTheBrightParts() {
        let canvas = Canvas(width: 320, height: 240, level: 16)
        let whole = BoundingBox(x: 0, y: 0, width: 320, height: 240)
        let dark = canvas.pixels(isFullRange: false)
        #expect(BrightLevel.of(dark, part: whole) == 0)
        canvas.fill(x: 0, y: 0, width: 320, height: 10, level: 235)  // under 5 %
        #expect(BrightLevel.of(canvas.pixels(isFullRange: false), part: whole) == 0)
        canvas.fill(x: 0, y: 0, width: 320, height: 30, level: 235)
        #expect(BrightLevel.of(canvas.pixels(isFullRange: false), part: whole) == 1)
        let below = BoundingBox(x: 0, y: 120, width: 320, height: 120)
        #expect(BrightLevel.of(canvas.pixels(isFullRange: false), part: below) == 0)
        #expect(
            BrightLevel.of(canvas.pixels(isFullRange: false), part: BoundingBox(x: 400, y: 0, width: 9, height: 9)) == 0
        )
    }
}
