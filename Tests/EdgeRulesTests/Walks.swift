import EdgeCore
import EdgeRules
import EventModel
import SiteCalibration
import TestSupport

/// One object's way: ground points with their times in seconds.
struct Walk {
    var id: UInt64 = 1
    var width = 40.0
    var height = 30.0
    var steps: [(seconds: Double, point: Point)]

    /// Through the given places at constant speed between them, `framesPerSecond` positions a second.
    init(
        id: UInt64 = 1, from start: Double = 0, _ places: [(Double, Double)], seconds: Double,
        framesPerSecond: Double = 10
    ) {
        self.id = id
        let count = Int((seconds * framesPerSecond).rounded())
        steps = (0...count).map { index in
            let share = Double(index) / Double(count) * Double(places.count - 1)
            let leg = min(Int(share), places.count - 2)
            let rest = share - Double(leg)
            let (a, b) = (places[leg], places[leg + 1])
            let point = Point(x: a.0 + (b.0 - a.0) * rest, y: a.1 + (b.1 - a.1) * rest)
            return (start + Double(index) / framesPerSecond, point)
        }
    }

    /// The way with one more position halfway between each two.
    var doubled: Walk {
        var walk = self
        walk.steps = zip(steps, steps.dropFirst()).flatMap { a, b in
            let middle = Point(x: (a.point.x + b.point.x) / 2, y: (a.point.y + b.point.y) / 2)
            return [a, ((a.seconds + b.seconds) / 2, middle)]
        }
        steps.last.map { walk.steps.append($0) }
        return walk
    }

    /// The way seen in a mirror: left and right of the picture exchanged.
    func mirrored(width: Double) -> Walk {
        var walk = self
        walk.steps = steps.map { ($0.seconds, Point(x: width - $0.point.x, y: $0.point.y)) }
        return walk
    }

    func track(at index: Int, state: TrackState = .confirmed) -> Track {
        let step = steps[index]
        return makeTrack(
            id: id, x: step.point.x, y: step.point.y, width: width, height: height, state: state, seconds: step.seconds)
    }
}

/// The scenes of several walks, one a moment at which any of them has a position.
func scenes(of walks: [Walk]) -> [Scene] {
    let moments = Set(walks.flatMap { $0.steps.map(\.seconds) }).sorted()
    return moments.map { moment in
        let tracks = walks.compactMap { walk in
            walk.steps.firstIndex { $0.seconds == moment }.map { walk.track(at: $0) }
        }
        return makeScene(tracks, seconds: moment)
    }
}

/// A level line through y = 100: from (0, 100) to (400, 100), so `leftToRight` is down the picture.
let levelLine = CountingLine(
    id: "level", segment: LineSegment(from: Point(x: 0, y: 100), to: Point(x: 400, y: 100)))

/// The directions that a rule reports, with the times of the crossings.
func crossings(_ walks: [Walk], line: CountingLine = levelLine) -> [(direction: CrossingDirection, seconds: Double)] {
    crossings(scenes(of: walks), line: line)
}

func crossings(_ scenes: [Scene], line: CountingLine = levelLine) -> [(direction: CrossingDirection, seconds: Double)] {
    var rule = LineCrossingRule(line: line)
    return scenes.flatMap { rule.evaluate($0) }.compactMap { finding in
        guard case .lineCrossing(_, let direction) = finding.kind else { return nil }
        return (direction, finding.interval.lowerBound.seconds)
    }
}

/// A small, fast generator with a seed, the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
