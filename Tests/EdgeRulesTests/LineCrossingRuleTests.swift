import EdgeCore
import EdgeRules
import EventModel
import SiteCalibration
import TestSupport
import Testing

@Suite struct LineCrossingRuleTests {
    /// Name, way, expected directions. The box is 40 x 30, so the band is 5.2 px to each side of y = 100.
    static let table: [(name: String, walk: Walk, expected: [CrossingDirection])] = [
        ("straight down", Walk([(200, 40), (200, 160)], seconds: 2), [.leftToRight]),
        ("straight up", Walk([(200, 160), (200, 40)], seconds: 2), [.rightToLeft]),
        ("in one leap", Walk([(200, 40), (200, 160)], seconds: 0.1), [.leftToRight]),
        ("never reaches it", Walk([(200, 40), (200, 90)], seconds: 2), []),
        ("stops on it", Walk([(200, 40), (200, 100), (200, 100)], seconds: 4), []),
        (
            "stops on it, then goes on", Walk([(200, 40), (200, 101), (200, 101), (200, 160)], seconds: 9),
            [.leftToRight]
        ),
        ("stops on it, then goes back", Walk([(200, 40), (200, 101), (200, 101), (200, 40)], seconds: 9), []),
        ("U-turn", Walk([(200, 40), (200, 160), (230, 160), (230, 40)], seconds: 9), [.leftToRight, .rightToLeft]),
        (
            "circle", Walk([(200, 40), (200, 160), (300, 160), (300, 40), (200, 40), (200, 160)], seconds: 20),
            [.leftToRight, .rightToLeft, .leftToRight]
        ),
        ("turns back just behind it", Walk([(200, 40), (200, 110), (200, 40)], seconds: 4), [.leftToRight]),
        ("passes left of its end", Walk([(-60, 40), (-60, 160)], seconds: 2), []),
        ("passes right of its end", Walk([(420, 40), (420, 160)], seconds: 2), []),
        ("passes a pixel beside its end", Walk([(401, 40), (401, 160)], seconds: 2), [.leftToRight]),
        ("slanting over its end", Walk([(360, 40), (480, 160)], seconds: 2), []),
        ("slanting just inside its end", Walk([(330, 40), (450, 160)], seconds: 2), [.leftToRight]),
        ("around its end along the line", Walk([(200, 40), (200, 99), (430, 99), (430, 160)], seconds: 9), []),
        (
            "along the line and over it", Walk([(100, 40), (100, 99), (300, 99), (300, 160)], seconds: 9),
            [.leftToRight]
        ),
        ("born behind the band", Walk([(200, 107), (200, 200)], seconds: 2), []),
        ("born in the band, behind the line", Walk([(200, 101), (200, 200)], seconds: 2), []),
        ("born in the band, before the line", Walk([(200, 97), (200, 200)], seconds: 2), [.leftToRight]),
    ]

    @Test(arguments: table.indices)
    func aWayCountsAsTheTableSays(row: Int) {
        let (name, walk, expected) = Self.table[row]
        #expect(crossings([walk]).map(\.direction) == expected, "\(name)")
        #expect(crossings([walk.doubled]).map(\.direction) == expected, "\(name), twice the frame rate")
    }

    /// What no network could name is a branch or a shadow; once it is named, it counts from there on.
    @Test func aDoubtedTrackDoesNotCount() {
        func count(doubtedUntil end: Int) -> Int {
            var rule = LineCrossingRule(line: levelLine)
            return (0...24).reduce(0) { sum, step in
                var track = makeTrack(x: 200, y: 40 + 5 * Double(step), seconds: Double(step) / 10)
                track.isDoubted = step < end
                return sum + rule.evaluate(makeScene([track], seconds: Double(step) / 10)).count
            }
        }
        #expect(count(doubtedUntil: 0) == 1)
        #expect(count(doubtedUntil: 25) == 0)
        #expect(count(doubtedUntil: 5) == 1)
    }

    @Test func theContractsDirectionHolds() {
        // From the left of the picture to its right edge: the right hand is below (y down).
        let down = Walk([(200, 40), (200, 160)], seconds: 2)
        #expect(crossings([down]).map(\.direction) == [.leftToRight])
        let turned = CountingLine(
            id: "t", segment: LineSegment(from: levelLine.segment.to, to: levelLine.segment.from))
        #expect(crossings([down], line: turned).map(\.direction) == [.rightToLeft])
        let upright = CountingLine(id: "u", segment: LineSegment(from: Point(x: 100, y: 400), to: Point(x: 100, y: 0)))
        #expect(
            crossings([Walk([(40, 200), (160, 200)], seconds: 2)], line: upright).map(\.direction) == [.leftToRight])
    }

    @Test func theMomentIsThatOfTheLineItself() throws {
        let crossing = try #require(crossings([Walk([(200, 40), (200, 160)], seconds: 1.2, framesPerSecond: 5)]).first)
        #expect(abs(crossing.seconds - 0.6) < 0.001)
    }

    @Test func aTrackThatJittersOnTheLineForAMinuteCountsOnce() {
        // opendatacam counted one such car fifteen times.
        var generator = SeededGenerator(seed: 7)
        var walk = Walk([(200, 40), (200, 100)], seconds: 3)
        for index in 1...600 {
            let jitter = Double.random(in: -12...12, using: &generator)
            walk.steps.append((3 + Double(index) / 10, Point(x: 200, y: 100 + jitter)))
        }
        #expect(crossings([walk]).count == 1)
    }

    @Test func aQueueThatStopsAndGoesOverTheLineCountsEachOnce() {
        // Eight vehicles 35 px apart creep over the line and stop every 20 px for 2 s, with 2 px of jitter.
        var generator = SeededGenerator(seed: 11)
        let walks = (0..<8).map { number in
            var walk = Walk(id: UInt64(number + 1), [(200, 0), (200, 0.0001)], seconds: 0.1)
            walk.steps = (0..<1_200).map { index in
                let cycle = index / 40
                let creep = min(Double(index % 40) / 20, 1)
                let y = 20 * (Double(cycle) + creep) - 35 * Double(number)
                return (Double(index) / 10, Point(x: 200, y: y + Double.random(in: -2...2, using: &generator)))
            }
            return walk
        }
        let counted = crossings(walks)
        #expect(counted.count == 8)
        #expect(counted.allSatisfy { $0.direction == .leftToRight })
    }

    @Test func whatHidesBehindABusCountsWhenItIsFoundAgain() {
        let walk = Walk([(200, 40), (200, 160)], seconds: 4)
        let hidden = walk.steps.indices.map { index in
            let isHidden = (60.0...140).contains(walk.steps[index].point.y)
            return makeScene(
                [walk.track(at: index, state: isHidden ? .lost : .confirmed)], seconds: walk.steps[index].seconds)
        }
        let counted = crossings(hidden)
        #expect(counted.map(\.direction) == [.leftToRight])
        #expect(abs(counted[0].seconds - 2) < 0.2)
    }

    @Test func aPredictedWayAloneCountsNothing() {
        let walk = Walk([(200, 40), (200, 160)], seconds: 4)
        let lost = walk.steps.indices.map { index in
            let isLost = walk.steps[index].point.y > 60
            let isLast = index == walk.steps.count - 1
            let state: TrackState = isLast ? .removed : isLost ? .lost : .confirmed
            return makeScene([walk.track(at: index, state: state)], seconds: walk.steps[index].seconds)
        }
        #expect(crossings(lost).isEmpty)
    }

    @Test(arguments: [(97.0, 30.0, 0), (103.0, 30.0, 1), (103.0, 0.0, 0), (103.0, -30.0, 0)])
    func aTrackThatVanishesInTheBandCountsIfItWasBeyondTheLineAndGoingOn(y: Double, speed: Double, expected: Int) {
        var all = scenes(of: [Walk([(200, 40), (200, y)], seconds: 2)])
        let removed = makeTrack(
            x: 200, y: y + speed, state: .removed, velocity: Point(x: 0, y: speed), seconds: 2)
        all.append(makeScene([removed], seconds: 3.5))
        #expect(crossings(all).count == expected)
    }

    @Test func whatCrossedBeforeItWasConfirmedIsCounted() throws {
        // Confirmed only at y = 130; its first detection was at y = 60, 0.4 s earlier.
        let walk = Walk(from: 1, [(200, 130), (200, 200)], seconds: 1)
        var all = scenes(of: [walk])
        for index in all.indices {
            all[index].tracks[0].origin = Point(x: 200, y: 60)
            all[index].tracks[0].firstSeen = .milliseconds(600)
        }
        let counted = crossings(all)
        #expect(counted.map(\.direction) == [.leftToRight])
        #expect(abs(try #require(counted.first).seconds - (0.6 + 0.4 * 40 / 70)) < 0.001)
    }

    @Test func aNewSessionDoesNotJoinTheOldWay() {
        var rule = LineCrossingRule(line: levelLine)
        _ = rule.evaluate(makeScene([makeTrack(x: 200, y: 60)], seconds: 100))
        #expect(rule.reset(at: makeFrameTime(100)).isEmpty)
        #expect(rule.evaluate(makeScene([makeTrack(x: 200, y: 150)], seconds: 0)).isEmpty)
    }

    @Test func memoryOfTracksThatNeverEndIsBounded() {
        var rule = LineCrossingRule(line: levelLine)
        for number in 0..<20_000 {
            let seconds = Double(number)
            _ = rule.evaluate(makeScene([makeTrack(id: UInt64(number + 1), x: 200, y: 60)], seconds: seconds))
        }
        #expect(rule.followedTrackCount <= 122)
    }

    @Test func whatAPieceHasCrossedDoesNotCountAgain() {
        let roof = Walk(id: 1, [(200, 60), (200, 110)], seconds: 1)
        let whole = Walk(id: 2, [(200, 30), (200, 160)], seconds: 3)
        var moments = scenes(of: [roof, whole])
        for index in moments.indices where abs(moments[index].time.presentation.seconds - 1.1) < 0.01 {
            var piece = roof.track(at: roof.steps.count - 1, state: .removed)
            piece.joined = whole.track(at: 0).id
            moments[index].tracks.append(piece)
        }
        #expect(crossings(moments).count == 1)
        #expect(crossings([roof, whole]).count == 2)
    }
}
