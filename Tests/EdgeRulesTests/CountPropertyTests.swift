import EdgeCore
import EventModel
import SiteCalibration
import Testing

/// What must not change a count: the frame rate, names of tracks, a mirror. 200 seeded scenes each.
@Suite struct CountPropertyTests {
    /// Wild ways near the line: several tracks that wander, stop and turn, on a grid so that points fall on the line.
    private func makeWalks(seed: UInt64) -> [Walk] {
        var generator = SeededGenerator(seed: seed)
        return (1...4).map { id in
            let places = (0..<Int.random(in: 2...7, using: &generator)).map { _ in
                (
                    Double(Int.random(in: -2...22, using: &generator) * 20),
                    Double(Int.random(in: 0...20, using: &generator) * 10)
                )
            }
            let seconds = Double(Int.random(in: 1...8, using: &generator))
            return Walk(
                id: UInt64(id), places.count < 2 ? [(0, 0), (1, 1)] : places, seconds: seconds, framesPerSecond: 8)
        }
    }

    private func tally(_ walks: [Walk], _ line: CountingLine = levelLine) -> [CrossingDirection: Int] {
        crossings(walks, line: line).reduce(into: [:]) { $0[$1.direction, default: 0] += 1 }
    }

    @Test(arguments: 1...200)
    func doublingTheFrameRateChangesNothing(seed: Int) {
        let walks = makeWalks(seed: UInt64(seed))
        #expect(tally(walks) == tally(walks.map(\.doubled)), "seed \(seed)")
    }

    @Test(arguments: 1...200)
    func mirroringTheSceneExchangesTheDirections(seed: Int) {
        let walks = makeWalks(seed: UInt64(seed))
        let mirror = CountingLine(
            id: "mirror", segment: LineSegment(from: Point(x: 400, y: 100), to: Point(x: 0, y: 100)))
        let seen = tally(walks)
        let mirrored = tally(walks.map { $0.mirrored(width: 400) }, mirror)
        #expect(seen[.leftToRight] == mirrored[.rightToLeft], "seed \(seed)")
        #expect(seen[.rightToLeft] == mirrored[.leftToRight], "seed \(seed)")
    }

    @Test(arguments: 1...200)
    func namesOfTracksMeanNothing(seed: Int) {
        let walks = makeWalks(seed: UInt64(seed))
        let renamed = walks.reversed().enumerated().map { number, walk in
            var walk = walk
            walk.id = UInt64(1_000 - number * 7)
            return walk
        }
        #expect(tally(walks) == tally(Array(renamed)), "seed \(seed)")
    }
}
