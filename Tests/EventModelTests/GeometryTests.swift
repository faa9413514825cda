import EventModel
import Testing

@Suite struct GeometryTests {
    @Test func overlapOfABoxWithItselfIsOne() {
        let box = BoundingBox(x: 10, y: 20, width: 30, height: 40)
        #expect(box.intersectionOverUnion(box) == 1)
    }

    @Test func boxesThatDoNotTouchShareNothing() {
        let left = BoundingBox(x: 0, y: 0, width: 10, height: 10)
        let right = BoundingBox(x: 20, y: 0, width: 10, height: 10)
        #expect(left.intersectionOverUnion(right) == 0)
        #expect(left.intersection(right).area == 0)
    }

    @Test(arguments: [("nga-tu-01", true), ("", false), ("-x", false), ("a b", false), ("a/b", false), ("ngã", false)])
    func cameraNamesAreSafeInPathsAndLabels(name: String, isValid: Bool) {
        #expect((CameraID(rawValue: name) != nil) == isValid)
    }

    @Test(arguments: ObjectClass.allCases)
    func everyClassSurvivesTheWire(label: ObjectClass) {
        #expect(ObjectClass(wire: label.wire) == label)
    }
}
