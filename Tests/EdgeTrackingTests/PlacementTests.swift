import EventModel
import Testing

@testable import EdgeTracking

@Suite struct PlacementTests {
    private let region = BoundingBox(x: 100, y: 50, width: 200, height: 80)

    private func isNear(_ left: BoundingBox, _ right: BoundingBox) -> Bool {
        [left.x - right.x, left.y - right.y, left.maxX - right.maxX, left.maxY - right.maxY].allSatisfy {
            abs($0) < 1e-6
        }
    }

    @Test func whatIsNotLearnedChangesNothing() {
        #expect(Placement().object(in: region) == region && Placement().region(of: region) == region)
        #expect(!Placement().isKnown)
    }

    @Test func theFirstLessonIsBelievedAndLaterOnesAreFollowed() {
        var placement = Placement()
        let object = BoundingBox(x: 100, y: 60, width: 120, height: 60)
        placement.learn(object, in: region)
        #expect(placement.isKnown && isNear(placement.object(in: region), object))
        let moved = BoundingBox(x: 400, y: 300, width: 100, height: 40)
        #expect(isNear(placement.object(in: moved), BoundingBox(x: 400, y: 305, width: 60, height: 30)))
        placement.learn(region, in: region)
        let after = placement.object(in: region)
        #expect(after.width > 120 && after.width < 200, "one other lesson does not turn it over")
        for _ in 0..<40 { placement.learn(region, in: region) }
        #expect(abs(placement.object(in: region).width - 200) < 0.1)
    }

    @Test func regionAndObjectAreInverse() {
        var random = SeededGenerator(seed: 11)
        func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        for _ in 0..<500 {
            var placement = Placement()
            for _ in 0..<3 {
                let object = BoundingBox(
                    x: number(-300...600), y: number(-300...600), width: number(0...900), height: number(0...900))
                placement.learn(object, in: region)
            }
            let box = BoundingBox(x: number(0...900), y: number(0...900), width: number(1...90), height: number(1...90))
            #expect(isNear(placement.object(in: placement.region(of: box)), box))
            #expect(placement.object(in: box).width > 0 && placement.object(in: box).height > 0)
            #expect(placement.region(of: box).width <= 10 * box.width + 1e-6, "bounded, whatever was learned")
        }
    }

    @Test func aRegionWithoutSizeTeachesNothing() {
        var placement = Placement()
        for (width, height) in [(0.0, 50.0), (50, 0), (0.5, 50), (.nan, 50), (50, .nan), (-5, 50)] {
            placement.learn(region, in: BoundingBox(x: 0, y: 0, width: width, height: height))
            #expect(!placement.isKnown)
        }
    }
}
