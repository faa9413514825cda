import EventModel
import Testing

@testable import SiteCalibration

@Suite struct GeometryTests {
    private func polygon(_ points: (Double, Double)...) -> Polygon {
        Polygon(points: points.map { Point(x: $0.0, y: $0.1) })
    }

    @Test(arguments: [(5.0, 5.0, true), (15.0, 5.0, false), (5.0, 15.0, true), (15.0, 15.0, true), (-1.0, 5.0, false)])
    func anOutlineWithACornerInwardsHoldsWhatIsInside(x: Double, y: Double, isInside: Bool) {
        let shape = polygon((0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (0, 20))
        #expect(shape.contains(Point(x: x, y: y)) == isInside)
        let backwards = Polygon(points: shape.points.reversed())
        #expect(backwards.contains(Point(x: x, y: y)) == isInside)
    }

    @Test func ofTwoNeighboursExactlyOneHoldsAPointOnTheirBorder() {
        let left = polygon((0, 0), (10, 0), (10, 10), (0, 10))
        let right = polygon((10, 0), (20, 0), (20, 10), (10, 10))
        for y in stride(from: 0.0, to: 10, by: 0.5) {
            let point = Point(x: 10, y: y)
            #expect(left.contains(point) != right.contains(point))
        }
    }

    @Test func areasByHand() {
        #expect(polygon((0, 0), (10, 0), (10, 10), (0, 10)).area == 100)
        #expect(polygon((0, 0), (10, 0), (0, 10)).area == 50)
        #expect(polygon((0, 0), (5, 0), (10, 0)).area == 0)
    }

    @Test func selfCrossingIsFound() {
        #expect(polygon((0, 0), (10, 10), (10, 0), (0, 10)).selfCrossing! == (0, 2))
        #expect(polygon((0, 0), (10, 0), (10, 10), (0, 10)).selfCrossing == nil)
        #expect(polygon((0, 0), (10, 0), (5, 8)).selfCrossing == nil)
    }

    @Test func distancesHaveTheSideOfTheContract() {
        // Standing at the left, looking to the right of the picture: the right hand is below, y down.
        let line = LineSegment(from: Point(x: 0, y: 0), to: Point(x: 10, y: 0))
        #expect(line.signedDistance(to: Point(x: 5, y: 3)) == 3)
        #expect(line.signedDistance(to: Point(x: 5, y: -3)) == -3)
        #expect(line.signedDistance(to: Point(x: 50, y: 0)) == 0)
        #expect(line.offset(of: Point(x: 4, y: 9)) == 4)
        #expect(LineSegment(from: Point(x: 1, y: 1), to: Point(x: 1, y: 1)).signedDistance(to: Point(x: 3, y: 3)) == 0)
    }

    @Test(arguments: [("shedule", "schedule", 1), ("knid", "kind", 1), ("", "abc", 3), ("frame", "frame", 0)])
    func slipsOfTheKeyAreNear(left: String, right: String, distance: Int) {
        #expect(editDistance(left, right) == distance)
        #expect(editDistance(right, left) == distance)
    }
}
