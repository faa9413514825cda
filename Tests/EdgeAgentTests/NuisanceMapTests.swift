import EdgeCore
import EventModel
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct NuisanceMapTests {
    private let size = FrameSize(width: 1920, height: 1080)
    private let digits = [NuisanceMapTests.region(1_700, 40, 30, 40)]

    private static func region(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Detection {
        Detection(
            box: BoundingBox(x: x, y: y, width: width, height: height), label: .moving, confidence: 0.9, model: .motion)
    }

    /// Wakes for `regions` if the map lets them, and finds nothing that travels; answers whether it woke.
    private func wakeForNothing(_ map: inout NuisanceMap, _ regions: [Detection], at second: Int) -> Bool {
        map.end(at: .seconds(second))
        guard map.wakes(regions, in: size) else { return false }
        map.begin(regions, in: size)
        return true
    }

    @Test func theCamerasOwnClockWakesItThreeTimesOnly() {
        var map = NuisanceMap()
        let woke = (0..<20).map { wakeForNothing(&map, digits, at: 10 * $0) }
        #expect(woke.filter { $0 }.count == 3 && woke[0] && woke[1] && woke[2])
    }

    @Test func whatComesElsewhereStillWakes() {
        var map = NuisanceMap()
        for second in 0..<10 { _ = wakeForNothing(&map, digits, at: 10 * second) }
        #expect(map.wakes([Self.region(400, 600, 30, 60)], in: size))
        #expect(map.wakes(digits + [Self.region(400, 600, 30, 60)], in: size))
        #expect(map.wakes([Self.region(1_700, 40, 200, 40)], in: size), "it reaches out of the place")
    }

    @Test func largeMotionIsNeverANuisance() {
        var map = NuisanceMap()
        let large = [Self.region(200, 200, 800, 600)]
        for second in 0..<10 { #expect(wakeForNothing(&map, large, at: 10 * second)) }
    }

    @Test func whereSomethingTravelsIsNoNuisance() {
        var map = NuisanceMap()
        let road = [Self.region(300, 500, 60, 60)]
        for second in 0..<10 {
            #expect(wakeForNothing(&map, road, at: 10 * second))
            map.clear(under: BoundingBox(x: 280, y: 480, width: 100, height: 100), in: size)
        }
    }

    @Test func aPlaceGetsAnotherChanceAfterTenMinutes() {
        var map = NuisanceMap()
        for second in 0..<10 { _ = wakeForNothing(&map, digits, at: 10 * second) }
        #expect(!wakeForNothing(&map, digits, at: 300))
        #expect(wakeForNothing(&map, digits, at: 800))
        #expect(!wakeForNothing(&map, digits, at: 810))
    }

    @Test func boxesBeyondThePictureAreNoTrap() {
        var map = NuisanceMap()
        for box in [(-500.0, -500.0), (5_000, 5_000), (1_919.5, 1_079.5), (-10, 500)] {
            let regions = [Self.region(box.0, box.1, 50, 50)]
            map.begin(regions, in: size)
            _ = map.wakes(regions, in: size)
        }
        map.begin(digits, in: FrameSize(width: 0, height: 0))
        map.end(at: .seconds(1))
    }

    @Test func aTrackTravelsWhenItCameFartherThanItIsLarge() {
        var track = Track(
            id: TrackID(rawValue: 1), state: .confirmed, box: BoundingBox(x: 100, y: 100, width: 50, height: 50),
            velocity: Point(x: 0, y: 0), label: .moving, confidence: 1, firstSeen: .zero, lastSeen: .seconds(1),
            hits: 9,
            origin: Point(x: 125, y: 150))
        #expect(!track.travels && !track.mayTravel(in: size), "too small to wait for")
        #expect(track.mayTravel(in: FrameSize(width: 640, height: 360)), "too new to tell")
        track.lastSeen = .seconds(10)
        #expect(!track.mayTravel(in: FrameSize(width: 640, height: 360)))
        track.box.x += 40
        #expect(track.travels)
    }
}
