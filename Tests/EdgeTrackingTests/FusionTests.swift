import EdgeCore
import EdgeTracking
import EventModel
import Testing

/// A sure answer of a network.
func makeNamed(
    _ label: ObjectClass, _ x: Double, _ y: Double, _ width: Double, _ height: Double, confidence: Double = 0.8
) -> Detection {
    Detection(
        box: BoundingBox(x: x, y: y, width: width, height: height), label: label, confidence: confidence,
        model: TrainedModelID(rawValue: "tiny 1"))
}

@Suite struct FusionTests {
    private func region(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Detection {
        Detection(
            box: BoundingBox(x: x, y: y, width: width, height: height), label: .moving, confidence: 0.7, model: .motion)
    }

    @Test func aRegionWithItsShadowBecomesTheObject() {
        let moving = region(100, 100, 100, 60), car = makeNamed(.car, 100, 100, 60, 50)
        let fused = Fusion.fuse(regions: [moving], named: [car])
        #expect(fused.map(\.box) == [car.box] && fused.map(\.label) == [.car])
        #expect(fused.first?.region == moving.box)
    }

    @Test func partsOfOneObjectBecomeTheObject() {
        let car = makeNamed(.car, 100, 100, 100, 60)
        let parts = [region(105, 105, 30, 20), region(160, 130, 30, 20)]
        let fused = Fusion.fuse(regions: parts, named: [car])
        #expect(fused.map(\.box) == [car.box])
        #expect(fused.first?.region == parts[0].box.union(parts[1].box))
    }

    @Test func aSmallPartIsNoProofThatTheObjectMoves() {
        let car = makeNamed(.car, 100, 100, 100, 60), flag = region(105, 105, 20, 10)
        let fused = Fusion.fuse(regions: [flag], named: [car])
        #expect(fused.count == 2 && fused.contains(flag))
        #expect(fused.first { $0.label == .car }?.region == nil)
    }

    @Test func aRegionWithSeveralObjectsFallsIntoThem() {
        let moving = region(100, 100, 200, 60)
        let cars = [makeNamed(.car, 100, 100, 90, 55), makeNamed(.bus, 205, 102, 90, 55, confidence: 0.6)]
        let fused = Fusion.fuse(regions: [moving], named: cars)
        #expect(fused.map(\.label) == [.car, .bus])
        #expect(fused.allSatisfy { $0.region == moving.box })
    }

    @Test func anObjectThatFillsLittleOfARegionDoesNotExplainIt() {
        let moving = region(0, 0, 200, 200), walker = makeNamed(.person, 10, 10, 20, 40)
        let fused = Fusion.fuse(regions: [moving], named: [walker])
        #expect(Set(fused.map(\.label)) == [.moving, .person] && fused.contains(moving))
    }

    @Test func anObjectWithoutMotionStaysWithoutARegion() {
        let car = makeNamed(.car, 100, 100, 60, 50)
        #expect(Fusion.fuse(regions: [], named: [car]) == [car])
        let elsewhere = region(400, 100, 60, 50)
        #expect(Set(Fusion.fuse(regions: [elsewhere], named: [car])) == [car, elsewhere])
    }

    @Test func doubtfulAnswersChangeNothing() {
        let moving = region(100, 100, 100, 60)
        let doubtful = makeNamed(.car, 100, 100, 60, 50, confidence: 0.29)
        #expect(Fusion.fuse(regions: [moving], named: [doubtful]) == [moving])
        #expect(Fusion.fuse(regions: [moving], named: []) == [moving])
    }

    /// A surer answer, a weaker one, and whether both are objects.
    static let pairs: [(name: String, surer: Detection, weaker: Detection, areTwo: Bool)] = [
        ("two names", makeNamed(.car, 100, 100, 60, 50), makeNamed(.truck, 102, 100, 62, 50, confidence: 0.5), false),
        ("part", makeNamed(.bus, 100, 100, 200, 90), makeNamed(.car, 110, 110, 50, 30, confidence: 0.5), false),
        ("around", makeNamed(.car, 110, 110, 50, 30), makeNamed(.bus, 100, 100, 200, 90, confidence: 0.5), false),
        ("rider", makeNamed(.bus, 100, 100, 200, 90), makeNamed(.motorbike, 150, 130, 25, 45, confidence: 0.5), true),
        ("beside", makeNamed(.car, 100, 100, 60, 50), makeNamed(.car, 150, 100, 60, 50, confidence: 0.5), true),
    ]

    @Test(arguments: pairs.indices)
    func oneObjectIsNamedOnce(row: Int) {
        let (name, surer, weaker, areTwo) = Self.pairs[row]
        let fused = Fusion.fuse(regions: [], named: [weaker, surer])
        #expect(fused == (areTwo ? [surer, weaker] : [surer]), "\(name)")
    }

    @Test func answersWithoutSizeOrScoreTakeNoRegionAway() {
        let moving = region(100, 100, 100, 60)
        for number in [Double.nan, .infinity, -.infinity, -5, 0] {
            for absurd in [makeNamed(.car, 100, 100, number, 50), makeNamed(.car, 100, 100, number, number)] {
                #expect(Fusion.fuse(regions: [moving], named: [absurd]).contains(moving), "\(absurd.box)")
            }
        }
        #expect(Fusion.fuse(regions: [moving], named: [makeNamed(.car, 0, 0, 9, 9, confidence: .nan)]) == [moving])
    }
}
