import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeRules

@Suite struct CameraConditionRuleTests {
    /// A rule and its clock.
    struct Watch {
        var rule = CameraConditionRule(firstSituation: 7)
        var second = 0.0
        var told: [String] = []

        /// The same look once a second.
        mutating func see(_ reading: PictureReading, seconds: Int, every step: Double = 1) {
            for _ in 0..<Int(Double(seconds) / step) {
                note(rule.update(with: reading, at: makeFrameTime(second)))
                second += step
            }
        }

        mutating func hear(_ reading: StreamReading, seconds: Int, framesPerSecond: Double = 0) {
            var reading = reading
            for step in 0..<seconds {
                reading.accessUnits +=
                    UInt64(Double(step + 1) * framesPerSecond) - UInt64(Double(step) * framesPerSecond)
                note(rule.update(with: reading, at: makeFrameTime(second)))
                second += 1
            }
            units = reading.accessUnits
        }

        var units: UInt64 = 0

        private mutating func note(_ findings: [Finding]) {
            for finding in findings {
                guard case .security(let kind, let zone, let phase, _) = finding.kind else { continue }
                #expect(zone.isEmpty && finding.subjects.isEmpty)
                let time = phase == .opened ? finding.interval.lowerBound : finding.interval.upperBound
                told.append("\(kind) \(phase) \(finding.situation) \(Int(time.inSeconds))")
            }
        }
    }

    private static let good = PictureReading(
        lostShare: 0.05, layoutMatch: 0.95, changedShare: 0.9, sharpShare: 0.95, view: .init(staying: 0.8))
    private static let bad: [String: PictureReading] = [
        "cameraDark": changed { ($0.highLevel, $0.detailShare, $0.meanLevel, $0.lostShare) = (0.05, 0, 0.01, 0.4) },
        "cameraBright": changed { ($0.brightShare, $0.meanLevel) = (0.95, 0.98) },
        "cameraCovered": changed {
            ($0.lostShare, $0.layoutMatch, $0.detailShare, $0.view) = (0.98, 0.1, 0.02, .init(staying: 0))
        },
        "cameraBlurred": changed { $0.sharpShare = 0.1 },
        "cameraMoved": changed { $0.view = .init(staying: 0.1, moved: 0.7, shift: Point(x: 0.05, y: 0)) },
        "cameraFrozen": changed { $0.changedShare = 0 },
    ]

    private static func changed(_ change: (inout PictureReading) -> Void) -> PictureReading {
        var reading = good
        change(&reading)
        return reading
    }

    @Test(arguments: bad.keys.sorted()) func eachOpensAfterItLastedAndEndsAfterItWasGone(kind: String) throws {
        let reading = try #require(Self.bad[kind]),
            patience = try #require(
                SecurityKind(rawValue: kind).flatMap {
                    CameraConditionConfiguration().patience[$0]
                })
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        watch.see(reading, seconds: Int(patience.open.inSeconds))
        #expect(watch.told == [])
        watch.see(reading, seconds: 100)
        #expect(watch.told == ["\(kind) opened 7 30"])
        watch.see(Self.good, seconds: 60)
        #expect(watch.told == ["\(kind) opened 7 30", "\(kind) ended 7 \(130 + Int(patience.open.inSeconds))"])
    }

    @Test func whatCanNoLongerBeSeenIsEndedAndMayOpenAnew() throws {
        let moved = try #require(Self.bad["cameraMoved"])
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        watch.see(moved, seconds: 60)
        let ends = watch.rule.end([.cameraMoved, .cameraBlurred], at: makeFrameTime(watch.second))
        #expect(ends.map(\.situation) == [7])
        #expect(watch.rule.open(at: makeFrameTime(watch.second)).isEmpty)
        watch.see(Self.good, seconds: 5)
        #expect(watch.rule.mayLearn)
        watch.see(moved, seconds: 60)
        #expect(watch.told == ["cameraMoved opened 7 30", "cameraMoved opened 8 95"])
    }

    @Test(arguments: bad.keys.sorted()) func whatPassesIsNotTold(kind: String) throws {
        let reading = try #require(Self.bad[kind])
        var watch = Watch()
        for _ in 0..<40 {
            watch.see(Self.good, seconds: 25)
            watch.see(reading, seconds: 4)
        }
        #expect(watch.told == [])
    }

    @Test(arguments: bad.keys.sorted()) func anIdleCameraShowsAKeyFrameEachTenSeconds(kind: String) throws {
        let reading = try #require(Self.bad[kind])
        var watch = Watch()
        watch.see(Self.good, seconds: 250, every: 10)
        watch.see(reading, seconds: 120, every: 10)
        #expect(watch.told == ["\(kind) opened 7 250"])
    }

    @Test func aNightThatFallsIsNoCover() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        for step in 0..<60 {
            watch.see(Self.changed { $0.lostShare = 0.5 + Double(step) / 120 }, seconds: 2)
        }
        watch.see(
            Self.changed { ($0.lostShare, $0.layoutMatch, $0.detailShare, $0.view) = (1, 0.2, 0.05, nil) }, seconds: 300
        )
        #expect(watch.told == [])
    }

    @Test func aHandThatMakesTheDayBlackIsACoverAndNotTheNight() {
        var watch = Watch()
        watch.see(Self.good, seconds: 60)
        let hand = Self.changed {
            ($0.highLevel, $0.meanLevel, $0.detailShare) = (0.04, 0.01, 0)
            ($0.lostShare, $0.layoutMatch, $0.view) = (1, 0.1, .init(staying: 0))
        }
        watch.see(hand, seconds: 60)
        #expect(watch.told == ["cameraCovered opened 7 60"])
    }

    @Test func aLampThatGoesOutAtNightIsDarknessAndNoCover() {
        var watch = Watch()
        watch.see(Self.changed { ($0.meanLevel, $0.detailShare) = (0.12, 0.15) }, seconds: 60)
        let out = Self.changed {
            ($0.highLevel, $0.meanLevel, $0.detailShare) = (0.04, 0.01, 0)
            ($0.lostShare, $0.layoutMatch, $0.view) = (1, 0.1, nil)
        }
        watch.see(out, seconds: 60)
        #expect(watch.told == ["cameraDark opened 7 60"])
    }

    @Test func aNightYardInWhichThingsAreSeenIsNotTooDark() {
        var watch = Watch()
        watch.see(Self.changed { ($0.highLevel, $0.detailShare, $0.meanLevel) = (0.05, 0.06, 0.02) }, seconds: 600)
        watch.see(Self.changed { ($0.highLevel, $0.detailShare, $0.meanLevel) = (0.3, 0.01, 0.03) }, seconds: 600)
        #expect(watch.told == [])
    }

    @Test func aDrawingWithoutNoiseMayStandStill() {
        var watch = Watch()
        for _ in 0..<20 {
            watch.see(Self.changed { $0.changedShare = 0.06 }, seconds: 10)  // something drives through
            watch.see(Self.changed { $0.changedShare = 0 }, seconds: 120)
        }
        #expect(watch.told == [])
        watch.see(Self.changed { $0.changedShare = 0 }, seconds: 1000)
        #expect(watch.told.count == 1, "nothing at all for ten minutes is dead all the same")
    }

    @Test func theCamerasOwnClockMayRunOnAFrozenPicture() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        watch.see(Self.changed { $0.changedShare = 2.0 / 192 }, seconds: 100)
        #expect(watch.told == ["cameraFrozen opened 7 30"])
    }

    @Test func aSeldomPictureOfAnEncoderIsNoLife() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        for _ in 0..<6 {
            watch.see(Self.changed { $0.changedShare = 0 }, seconds: 20)
            watch.see(Self.changed { $0.changedShare = 0.03 }, seconds: 1)
        }
        #expect(watch.told == ["cameraFrozen opened 7 30"])
    }

    @Test func aQueueThatHidesThePlaceBitByBitIsNoMove() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        for share in stride(from: 0.8, through: 0.2, by: -0.1) {
            watch.see(Self.changed { $0.view = .init(staying: share) }, seconds: 10)
        }
        watch.see(Self.changed { $0.view = .init(staying: 0.05) }, seconds: 300)
        #expect(watch.told == [])
    }

    @Test func aCameraTurnedAwayIsMovedThoughNothingIsFoundAgain() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        watch.see(Self.changed { $0.view = .init(staying: 0.02, moved: 0.05) }, seconds: 60)
        #expect(watch.told.map { $0.hasPrefix("cameraMoved opened") } == [true])
    }

    @Test func otherLightThanTheViewsDoesNotSayThatThePlaceIsGone() {
        var watch = Watch()
        watch.see(Self.good, seconds: 30)
        watch.see(Self.changed { $0.view = .init(isSameLight: false, staying: 0.02) }, seconds: 600)
        #expect(watch.told == [])
    }

    @Test func aShakeAndAShortSlipAreNoMove() {
        var watch = Watch()
        for second in 0..<120 {
            let view: PictureReading.ViewMatch =
                second % 3 == 0 ? .init(staying: 0.1, moved: 0.6, shift: Point(x: 0.03, y: 0)) : .init(staying: 0.6)
            watch.see(Self.changed { $0.view = view }, seconds: 1)
        }
        watch.see(Self.changed { $0.view = .init(staying: 0.3, moved: 0.5, shift: Point(x: 0.005, y: 0)) }, seconds: 60)
        #expect(watch.told == [])
    }

    @Test func aMoveThatViewsCarriedAlongIsNotForgotten() {
        var watch = Watch()
        watch.see(Self.changed { $0.view = .init(staying: 0.9, slip: 0.03) }, seconds: 60)
        #expect(watch.told.count == 1)
    }

    @Test func onlyGoodPicturesAreLearnedFrom() {
        var watch = Watch()
        watch.see(Self.good, seconds: 10)
        #expect(watch.rule.mayLearn)
        for reading in Self.bad.filter({ $0.key != "cameraFrozen" }).values {
            watch.see(Self.good, seconds: 60)
            watch.see(reading, seconds: 1)
            #expect(!watch.rule.mayLearn)
        }
    }

    @Test func aLostSignalIsTimedFromTheLastPicture() {
        var watch = Watch()
        watch.hear(StreamReading(isLive: true), seconds: 20, framesPerSecond: 25)
        watch.hear(StreamReading(isLive: true, accessUnits: watch.units), seconds: 10)  // silent, not yet given up
        watch.hear(StreamReading(isLive: false, accessUnits: watch.units), seconds: 5)
        #expect(watch.told == ["signalLoss opened 7 19"])
        watch.hear(StreamReading(isLive: true, accessUnits: watch.units), seconds: 10, framesPerSecond: 25)
        #expect(watch.told == ["signalLoss opened 7 19", "signalLoss ended 7 35"])
    }

    @Test func aCameraThatNeverAnswersIsLostFromTheStart() {
        var watch = Watch()
        watch.hear(StreamReading(isLive: false), seconds: 10)
        #expect(watch.told == [])
        watch.hear(StreamReading(isLive: false), seconds: 30)
        #expect(watch.told == ["signalLoss opened 7 0"])
    }

    @Test func aReconnectWithinTenSecondsIsNoLoss() {
        var watch = Watch()
        for _ in 0..<10 {
            watch.hear(StreamReading(isLive: true, accessUnits: watch.units), seconds: 20, framesPerSecond: 25)
            watch.hear(StreamReading(isLive: false, accessUnits: watch.units), seconds: 8)
        }
        #expect(watch.told == [])
    }

    @Test(arguments: [1.9, -1.9]) func aClockThatIsNearlyRightIsRight(offset: Double) {
        var watch = Watch()
        watch.hear(StreamReading(isLive: true, cameraOffset: .seconds(offset)), seconds: 600, framesPerSecond: 25)
        #expect(watch.told == [])
    }

    @Test(arguments: [2.1, -3600.0]) func aClockThatIsOffIsTold(offset: Double) {
        var watch = Watch()
        watch.hear(StreamReading(isLive: true, cameraOffset: .seconds(offset)), seconds: 90, framesPerSecond: 25)
        watch.hear(StreamReading(isLive: true, accessUnits: watch.units), seconds: 90, framesPerSecond: 25)
        #expect(watch.told == ["clockDrift opened 7 0"])
        let right = StreamReading(isLive: true, accessUnits: watch.units, cameraOffset: .zero)
        watch.hear(right, seconds: 60, framesPerSecond: 25)
        #expect(watch.told.last == "clockDrift ended 7 180")
    }

    @Test func halfOfTheDeclaredRateIsTold() {
        var watch = Watch()
        let stream = StreamReading(isLive: true, declaredFramesPerSecond: 25)
        watch.hear(stream, seconds: 300, framesPerSecond: 17)
        #expect(watch.told == [])
        watch.hear(
            StreamReading(isLive: true, accessUnits: watch.units, declaredFramesPerSecond: 25), seconds: 200,
            framesPerSecond: 12)
        #expect(watch.told.count == 1 && watch.told[0].hasPrefix("frameRateLow opened 7"))
        watch.hear(
            StreamReading(isLive: true, accessUnits: watch.units, declaredFramesPerSecond: 25), seconds: 200,
            framesPerSecond: 25)
        #expect(watch.told.count == 2 && watch.told[1].hasPrefix("frameRateLow ended 7"))
    }

    @Test func aRateThatIsNotDeclaredOrAbsurdSaysNothing() {
        var watch = Watch()
        watch.hear(StreamReading(isLive: true), seconds: 300, framesPerSecond: 1)
        watch.hear(
            StreamReading(isLive: true, accessUnits: watch.units, declaredFramesPerSecond: 600), seconds: 300,
            framesPerSecond: 25)
        #expect(watch.told == [])
    }

    @Test func afterARestartALastingConditionGoesOnUnderItsNumber() {
        var watch = Watch()
        watch.second = 1000
        let since = makeFrameTime(900).capturedAt
        watch.rule = CameraConditionRule(
            firstSituation: 50, open: [OpenCondition(kind: .cameraCovered, situation: 7, since: since)],
            at: makeFrameTime(1000))
        #expect(watch.rule.open(at: makeFrameTime(1000)).map(\.situation) == [7])
        let unknown = PictureReading(detailShare: 0.05)  // still covered, but nothing to compare with
        watch.see(unknown, seconds: 60)
        #expect(watch.told == [])
        watch.see(PictureReading(detailShare: 0.5), seconds: 20)
        #expect(watch.told == ["cameraCovered ended 7 1060"])
        #expect(watch.rule.open(at: makeFrameTime(1080)).isEmpty)
        watch.hear(StreamReading(isLive: false), seconds: 20)
        #expect(watch.told.last == "signalLoss opened 50 1080")
    }
}
