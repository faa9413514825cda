import EdgeCore
import EdgeTracking
import EventModel
import Testing

@Suite struct TrackerFuzzTests {
    @Test func namesNeverComeAgainInTenThousandRandomFrames() {
        let seed: UInt64 = 20_261_121
        var generator = SeededGenerator(seed: seed)
        var tracker = Tracker()
        var removed: Set<TrackID> = []
        var newest = TrackID(rawValue: 0)
        var now = 0.0
        for _ in 0..<10_000 {
            now += Double.random(in: 0...0.3, using: &generator)
            let detections = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                makeDetection(
                    x: Double(Int.random(in: 0...8, using: &generator)) * 60 + generator.normal() * 4,
                    y: Double(Int.random(in: 1...5, using: &generator)) * 60 + generator.normal() * 4,
                    confidence: Double.random(in: 0...1, using: &generator))
            }
            let tracks = tracker.update(with: detections, at: .seconds(now))
            #expect(Set(tracks.map(\.id)).count == tracks.count, "seed \(seed)")
            #expect(tracks.map(\.id) == tracks.map(\.id).sorted(), "seed \(seed): oldest first")
            for track in tracks {
                #expect(!removed.contains(track.id), "seed \(seed): \(track.id) came again")
                #expect(track.box.width > 0 && track.box.height > 0 && track.box.x.isFinite, "seed \(seed)")
                if track.state == .removed { removed.insert(track.id) }
                newest = max(newest, track.id)
            }
        }
        #expect(newest.rawValue < tracker.nextIdentity)
        #expect(removed.count > 100, "the test must make and end tracks")
    }

    @Test func absurdDetectionsAreIgnored() {
        var tracker = Tracker()
        let absurd: [(Double, Double, Double, Double)] = [
            (.nan, 0, 10, 10), (0, .infinity, 10, 10), (0, 0, -5, 10), (0, 0, 0, 0), (0, 0, .nan, 10), (1e300, 0, 1, 1),
            (0, 0, 1e300, 1e300),
        ]
        for frame in 0..<50 {
            let detections = absurd.map {
                Detection(
                    box: BoundingBox(x: $0.0, y: $0.1, width: $0.2, height: $0.3), label: .moving, confidence: 0.9,
                    model: .motion)
            }
            #expect(tracker.update(with: detections, at: .milliseconds(frame * 40)).isEmpty)
        }
        #expect(tracker.trackCount == 0)
    }

    @Test func thousandsOfDetectionsMakeABoundedNumberOfTracks() {
        var configuration = TrackerConfiguration()
        configuration.maximumTrackCount = 40
        configuration.maximumDetectionCount = 60
        var tracker = Tracker(configuration: configuration)
        for frame in 0..<20 {
            let detections = (0..<2_000).map {
                makeDetection(x: Double($0 % 50) * 30, y: Double($0 / 50) * 30, width: 20, height: 20)
            }
            _ = tracker.update(with: detections, at: .milliseconds(frame * 40))
            #expect(tracker.trackCount <= 40)
        }
    }
}
