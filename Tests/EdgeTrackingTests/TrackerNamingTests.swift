import EdgeCore
import EdgeTracking
import EventModel
import Testing

/// Tracks that motion and a network see together.
@Suite struct TrackerNamingTests {
    private static let part = BoundingBox(x: 0, y: 0, width: 320, height: 320)

    /// A tracker fed with regions in every frame and with looks in some; 25 frames a second.
    private struct Scene {
        var tracker = Tracker()
        var tracks: [Track] = []
        private var frame = 0
        private(set) var identities: Set<UInt64> = []

        /// - Parameter named: what the network finds; nil where it does not look.
        mutating func run(
            seconds: Double, regions: (Double) -> [Detection], named: (_ now: Double, _ frame: Int) -> [Detection]?
        ) {
            for _ in 0..<Int((seconds * 25).rounded()) {
                let now = Double(frame) / 25
                let found = named(now, frame)
                tracks = tracker.update(
                    with: regions(now), named: found ?? [], lookedAt: found == nil ? [] : [TrackerNamingTests.part],
                    at: .seconds(now))
                identities.formUnion(tracks.filter { $0.state == .confirmed }.map(\.id.rawValue))
                frame += 1
            }
        }
    }

    @Test func theNetworksBoxReplacesARegionWithItsShadowAndStays() throws {
        var scene = Scene()
        func left(_ now: Double) -> Double { 20 + 30 * now }
        func regions(_ now: Double) -> [Detection] {
            [makeDetection(x: left(now) + 50, y: 150, width: 100, height: 50)]
        }
        scene.run(seconds: 1, regions: regions) { _, _ in nil }
        #expect(abs(try #require(scene.tracks.first).box.width - 100) < 5)
        scene.run(seconds: 1.2, regions: regions) { now, frame in
            frame % 4 == 0 ? [makeNamed(.car, left(now), 100, 60, 50)] : nil
        }
        for _ in 0..<25 {
            scene.run(seconds: 0.04, regions: regions) { _, _ in nil }
            let now = (scene.tracks.first?.lastSeen ?? .zero) / .seconds(1)
            let box = try #require(scene.tracks.first).box
            #expect(abs(box.width - 60) < 6 && abs(box.x - left(now)) < 5, "\(now) s: \(box)")
        }
        #expect(scene.identities == [1])
        let track = try #require(scene.tracks.first)
        #expect(track.label == .car && track.namedBy.rawValue == "tiny 1" && !track.isDoubted)
    }

    @Test func aRegionWithTwoObjectsBecomesTwoTracks() {
        var scene = Scene()
        func cars(_ now: Double) -> [Detection] {
            [makeNamed(.car, 20 + 30 * now, 100, 60, 50), makeNamed(.car, 90 + 30 * now, 104, 60, 50, confidence: 0.7)]
        }
        scene.run(seconds: 2) { now in
            let both = cars(now)[0].box.union(cars(now)[1].box)
            return [makeDetection(x: both.center.x, y: both.maxY, width: both.width, height: both.height)]
        } named: { now, frame in
            now > 0.5 && frame % 4 == 0 ? cars(now) : nil
        }
        #expect(scene.identities.count == 2)
        let seen = scene.tracks.filter { $0.state == .confirmed }
        #expect(seen.count == 2)
        for car in cars(1.96) { #expect(seen.contains { $0.box.intersectionOverUnion(car.box) > 0.7 }) }
    }

    @Test func votesDecideTheClassAndSurviveLooksThatSeeNothing() {
        var scene = Scene()
        func regions(_ now: Double) -> [Detection] { [makeDetection(x: 60 + 30 * now, y: 150, width: 80, height: 50)] }
        func name(_ label: ObjectClass, _ confidence: Double) -> (Double, Int) -> [Detection]? {
            { now, frame in
                frame % 3 == 0 ? [makeNamed(label, 20 + 30 * now, 100, 80, 50, confidence: confidence)] : nil
            }
        }
        scene.run(seconds: 1, regions: regions) { _, _ in nil }
        #expect(scene.tracks.map(\.label) == [.moving] && scene.tracks.map(\.namedBy) == [.motion])
        scene.run(seconds: 1, regions: regions, named: name(.bus, 0.6))
        #expect(scene.tracks.map(\.label) == [.bus])
        scene.run(seconds: 0.12, regions: regions, named: name(.truck, 0.9))
        #expect(scene.tracks.map(\.label) == [.bus], "one other answer does not turn it over")
        scene.run(seconds: 1, regions: regions) { _, frame in frame % 3 == 0 ? [] : nil }
        #expect(scene.tracks.map(\.label) == [.bus], "silence says nothing else")
        scene.run(seconds: 2, regions: regions, named: name(.truck, 0.9))
        #expect(scene.tracks.map(\.label) == [.truck], "many do")
        #expect(scene.identities == [1])
    }

    @Test func whatIsLookedAtOftenAndNeverNamedIsDoubtedUntilItIs() {
        var scene = Scene()
        func regions(_ now: Double) -> [Detection] { [makeDetection(x: 60 + 30 * now, y: 150)] }
        scene.run(seconds: 0.4, regions: regions) { _, frame in frame % 3 == 0 ? [] : nil }
        #expect(scene.tracks.map(\.isDoubted) == [false], "not before it had every chance")
        scene.run(seconds: 1.2, regions: regions) { _, frame in frame % 3 == 0 ? [] : nil }
        #expect(scene.tracks.map(\.isDoubted) == [true] && scene.tracks.map(\.label) == [.moving])
        scene.run(seconds: 0.4, regions: regions) { now, frame in
            frame % 3 == 0 ? [makeNamed(.car, 30 + 30 * now, 110, 60, 40)] : nil
        }
        #expect(scene.tracks.map(\.isDoubted) == [false] && scene.tracks.map(\.label) == [.car])
    }

    @Test func whatNobodyLooksAtOrIsTooSmallToBeNamedIsNotDoubted() {
        var unseen = Scene(), small = Scene()
        unseen.run(seconds: 3, regions: { [makeDetection(x: 60 + 30 * $0, y: 150)] }) { _, _ in nil }
        #expect(unseen.tracks.map(\.isDoubted) == [false])
        small.run(seconds: 3, regions: { [makeDetection(x: 60 + 10 * $0, y: 150, width: 10, height: 11)] }) { _, _ in []
        }
        #expect(small.tracks.map(\.isDoubted) == [false])
    }

    @Test func whatDoesNotMoveBeginsNoTrack() {
        var scene = Scene()
        scene.run(seconds: 3, regions: { _ in [] }) { _, _ in [makeNamed(.car, 100, 100, 60, 50)] }
        #expect(scene.identities.isEmpty && scene.tracker.trackCount == 0)
    }

    @Test func aTrackThatMayBeAskedAboutTellsWhatIsKnown() throws {
        var scene = Scene()
        scene.run(seconds: 0.04, regions: { _ in [makeDetection(x: 60, y: 150)] }) { _, _ in nil }
        #expect(scene.tracker.unnamed(at: .milliseconds(40)).isEmpty, "seen once")
        scene.run(seconds: 1, regions: { [makeDetection(x: 60 + 50 * $0, y: 150)] }) { _, frame in
            frame == 20 ? [] : nil
        }
        let asked = try #require(scene.tracker.unnamed(at: .seconds(1.04)).first)
        #expect(asked.lookCount == 1 && asked.lookedAt == .milliseconds(800) && !asked.isStill)
        #expect(scene.tracker.unnamed(at: .seconds(9)).isEmpty, "long gone")
    }

    @Test func whateverTheNetworkSaysNamesNeverComeAgainAndNumbersStayNumbers() {
        let seed: UInt64 = 20_261_122
        var random = SeededGenerator(seed: seed)
        var tracker = Tracker()
        var removed: Set<TrackID> = []
        var now = 0.0
        let absurd: [Double] = [.nan, .infinity, -.infinity, -7, 0, 1e300]
        func number(_ range: ClosedRange<Double>) -> Double {
            if Int.random(in: 0..<60, using: &random) == 0 { return absurd.randomElement(using: &random) ?? 0 }
            return Double.random(in: range, using: &random)
        }
        for _ in 0..<3_000 {
            now += Double.random(in: 0...0.2, using: &random)
            let regions = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                makeDetection(
                    x: number(0...500), y: number(0...400), width: number(5...120), height: number(5...90),
                    confidence: number(0...1))
            }
            let named = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                makeNamed(
                    ObjectClass.allCases.randomElement(using: &random) ?? .car, number(0...500), number(0...400),
                    number(5...120), number(5...90), confidence: number(0...1))
            }
            let parts = [BoundingBox(x: number(0...300), y: number(0...300), width: 320, height: 320)]
            let tracks = tracker.update(with: regions, named: named, lookedAt: parts, at: .seconds(now))
            #expect(tracks.map(\.id) == Set(tracks.map(\.id)).sorted(), "seed \(seed)")
            for track in tracks {
                #expect(!removed.contains(track.id), "seed \(seed): \(track.id) came again")
                let box = track.box
                #expect(box.width > 0 && box.height > 0, "seed \(seed): \(box)")
                #expect([box.x, box.y, box.maxX, box.maxY].allSatisfy { abs($0) < 1e6 }, "seed \(seed): \(box)")
                #expect(track.velocity.x.isFinite && track.velocity.y.isFinite, "seed \(seed)")
                if track.state == .removed { removed.insert(track.id) }
            }
        }
        #expect(removed.count > 50, "the test must make and end tracks")
    }

    @Test func theOrderOfWhatIsFoundDoesNotMatter() {
        let seed: UInt64 = 5
        var random = SeededGenerator(seed: seed)
        var straight = Tracker(), mixed = Tracker()
        for frame in 0..<400 {
            let now = Double(frame) / 25
            var regions: [Detection] = [], named: [Detection] = []
            for lane in 0..<5 {
                let x = (40 + 37 * now + 90 * Double(lane)).truncatingRemainder(dividingBy: 600),
                    y = 60 + 60 * Double(lane)
                regions.append(makeDetection(x: x, y: y, width: 70, confidence: 0.6 + 0.05 * Double(lane)))
                named.append(makeNamed(.car, x - 30, y - 38, 50, 38, confidence: 0.9 - 0.07 * Double(lane)))
            }
            let isLook = frame % 4 == 0
            let parts = isLook ? [BoundingBox(x: 0, y: 0, width: 700, height: 400)] : []
            let first = straight.update(
                with: regions, named: isLook ? named : [], lookedAt: parts, at: .seconds(now))
            let second = mixed.update(
                with: regions.shuffled(using: &random), named: isLook ? named.shuffled(using: &random) : [],
                lookedAt: parts, at: .seconds(now))
            #expect(first == second, "seed \(seed), frame \(frame)")
        }
    }
}
