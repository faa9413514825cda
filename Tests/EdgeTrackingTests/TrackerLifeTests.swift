import EdgeCore
import EdgeTracking
import EventModel
import Testing

@Suite struct TrackerLifeTests {
    @Test(arguments: [2.0, 5, 10, 25, 60])
    func aVehicleIsOneConfirmedTrackAtAnyFrameRate(framesPerSecond: Double) throws {
        var street = Street(framesPerSecond: framesPerSecond)
        street.run(seconds: 4) { [makeDetection(x: 100 + 60 * $0, y: 200)] }
        #expect(street.identities == [1])
        let track = try #require(street.current.first)
        #expect(abs(track.velocity.x - 60) < 6)
        #expect(abs(track.velocity.y) < 3)
        let confirmed = try #require(street.scenes.first { !$0.tracks.isEmpty }).seconds
        #expect(confirmed >= 0.25 && confirmed <= 0.55)
    }

    @Test func twoDetectionsOfNoiseAreNoTrack() {
        var street = Street()
        street.run(seconds: 0.1) { _ in [makeDetection(x: 100, y: 200)] }
        street.run(seconds: 2) { _ in [] }
        #expect(street.identities.isEmpty)
        #expect(street.tracker.trackCount == 0)
    }

    @Test func poorDetectionsContinueATrackAndBeginNone() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 100 + 60 * $0, y: 200)] }
        street.run(seconds: 1) {
            [makeDetection(x: 100 + 60 * $0, y: 200, confidence: 0.2), makeDetection(x: 600, y: 200, confidence: 0.2)]
        }
        #expect(street.identities == [1])
        #expect(street.current.map(\.state) == [.confirmed])
    }

    @Test func aMissedVehicleIsLostFoundAgainAndAtLastRemovedOnce() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 100 + 100 * $0, y: 200)] }
        street.run(seconds: 0.8) { _ in [] }
        #expect(street.current.map(\.state) == [.lost])
        street.run(seconds: 1) { [makeDetection(x: 100 + 100 * $0, y: 200)] }
        #expect(street.identities == [1])
        #expect(street.current.map(\.state) == [.confirmed])
        street.run(seconds: 10) { _ in [] }
        #expect(street.scenes.flatMap(\.tracks).filter { $0.state == .removed }.count == 1)
        #expect(street.tracker.trackCount == 0)
    }

    @Test func aVehicleThatWaitsUnseenKeepsItsName() {
        // The background swallows it at a red light; 30 s later it drives on.
        var street = Street()
        street.run(seconds: 2) { [makeDetection(x: 100 + 100 * min($0, 1.2), y: 200)] }
        street.run(seconds: 2) { _ in [makeDetection(x: 220, y: 200)] }
        street.run(seconds: 30) { _ in [] }
        street.run(seconds: 2) { [makeDetection(x: 220 + 40 * ($0 - 34), y: 200)] }
        #expect(street.identities == [1])
    }

    @Test func aGapOfTheStreamIsBridgedOrEndsTheTrack() {
        var short = Street()
        short.run(seconds: 2) { [makeDetection(x: 100 + 50 * $0, y: 200)] }
        short.skip(seconds: 1)
        short.run(seconds: 1) { [makeDetection(x: 100 + 50 * $0, y: 200)] }
        #expect(short.identities == [1])
        var long = Street()
        long.run(seconds: 2) { [makeDetection(x: 100 + 50 * $0, y: 200)] }
        long.skip(seconds: 60)
        long.run(seconds: 1) { [makeDetection(x: 100 + 50 * ($0 - 60), y: 200)] }
        #expect(long.identities.count == 2)
    }

    @Test func whatLeavesThePictureIsRemovedAtOnce() throws {
        var configuration = TrackerConfiguration()
        configuration.frameSize = FrameSize(width: 640, height: 360)
        var street = Street(configuration)
        street.run(seconds: 6) { now in
            let x = 300 + 200 * now
            let left = max(0, x - 30)
            let right = min(640, x + 30)
            return right - left > 4 ? [makeDetection(x: (left + right) / 2, y: 200, width: right - left)] : []
        }
        let removed = try #require(street.scenes.first { $0.tracks.contains { $0.state == .removed } })
        #expect(removed.seconds < 2.2)
        #expect(street.identities == [1])
    }

    @Test func afterAResetNamesGoOn() {
        var street = Street()
        street.run(seconds: 1) { _ in [makeDetection(x: 100, y: 200)] }
        street.tracker.reset()
        #expect(street.tracker.trackCount == 0)
        street.run(seconds: 1) { _ in [makeDetection(x: 100, y: 200)] }
        #expect(street.identities == [1, 2])
        #expect(Tracker(firstIdentity: 77).nextIdentity == 77)
    }

    @Test func aTimeThatGoesBackDoesNoHarm() {
        var tracker = Tracker()
        for index in 0..<100 {
            _ = tracker.update(
                with: [makeDetection(x: 100, y: 200)], at: .milliseconds(index % 7 == 0 ? 0 : index * 40))
        }
        #expect(tracker.trackCount == 1)
    }

    @Test func aNameGivenByANetworkBeatsMoving() {
        var street = Street()
        street.run(seconds: 1) { _ in [makeDetection(x: 100, y: 200)] }
        #expect(street.current.first?.label == .moving)
        street.run(seconds: 1) { _ in [makeDetection(x: 100, y: 200, label: .vehicle)] }
        #expect(street.current.first?.label == .vehicle)
        street.run(seconds: 1) { _ in [makeDetection(x: 100, y: 200, label: .bus)] }
        #expect(street.current.first?.label == .bus)
    }

    @Test func theGroundPointIsCalmerThanTheDetections() {
        var generator = SeededGenerator(seed: 5)
        var street = Street()
        let size = (60.0 * 40).squareRoot()
        street.run(seconds: 60) { now in
            let noise = (0..<4).map { _ in generator.normal() * 0.06 * size }
            return [
                makeDetection(
                    x: 100 + 20 * now + noise[0], y: 200 + noise[1], width: 60 + noise[2], height: 40 + noise[3])
            ]
        }
        let errors = street.scenes.dropFirst(50).compactMap { scene in
            scene.tracks.first.map { ($0.box.bottomCenter.y - 200) / size }
        }
        let deviation = (errors.map { $0 * $0 }.reduce(0, +) / Double(errors.count)).squareRoot()
        #expect(street.identities == [1])
        #expect(deviation < 0.04, "ground point scatters by \(deviation) sizes")
    }
}
