import EdgeCore
import EdgeRules
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct StreamChoiceTests {
    private func chosen(_ steps: [(seconds: Int, substream: Bool, main: Bool)]) -> [StreamChoice.Stream] {
        var choice = StreamChoice()
        return steps.map { step in
            choice.update(isSubstreamLive: step.substream, isMainLive: step.main, at: .seconds(step.seconds))
            return choice.chosen
        }
    }

    @Test func theMainStreamStandsInWhenTheSmallOneIsAwayForLong() {
        let steps = [(0, true, true), (10, false, true), (21, false, true), (22, false, true)]
        #expect(chosen(steps) == [.substream, .substream, .substream, .main])
    }

    @Test func aShortOutageChangesNothing() {
        let steps = [(0, false, true), (11, false, true), (12, true, true), (13, false, true), (24, false, true)]
        #expect(Set(chosen(steps)) == [.substream])
    }

    @Test func theSmallStreamIsTrustedAgainAfterATrial() {
        let steps = [(0, false, true), (12, false, true), (13, true, true), (17, true, true), (18, true, true)]
        #expect(chosen(steps) == [.substream, .main, .main, .main, .substream])
    }

    @Test func aMainStreamThatIsAwayTooIsNoBetter() {
        #expect(
            Set(chosen([(0, false, false), (60, false, false), (61, false, true), (72, false, true)])) == [.substream])
    }
}

@Suite struct UndecodableSubstreamTests {
    /// How long the main stream is analysed after each time that the small one could not be decoded.
    @Test func aStreamThatCannotBeDecodedIsTriedLessAndLessOften() {
        var choice = StreamChoice()
        var waits: [Int] = []
        var second = 0
        for _ in 0..<9 {
            choice.substreamCannotBeDecoded()
            let begin = second
            repeat {
                choice.update(isSubstreamLive: true, isMainLive: true, at: .seconds(second))
                second += 1
            } while choice.chosen == .main
            waits.append(second - 1 - begin)
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 600, 600, 600])
    }

    @Test func aPictureMakesGood() {
        var choice = StreamChoice()
        for _ in 0..<5 { choice.substreamCannotBeDecoded() }
        choice.substreamShowedPicture()
        for second in [0, 5] { choice.update(isSubstreamLive: true, isMainLive: true, at: .seconds(second)) }
        #expect(choice.chosen == .substream)
    }
}

@Suite struct StillBudgetTests {
    private let start = ContinuousClock.now

    @Test func aBurstIsPaidFromWhatWasSaved() {
        var budget = StillBudget()
        var made = 0
        while budget.isLeft(at: start) {
            budget.spend(.milliseconds(100))
            made += 1
        }
        #expect(made == 4)
    }

    @Test func inTheLongRunOneHundredthOfACoreIsSpent() {
        var budget = StillBudget()
        var spent = 0
        for second in 0..<1_000 where budget.isLeft(at: start + .seconds(second)) {
            budget.spend(.milliseconds(100))
            spent += 100
        }
        #expect((9_900...10_600).contains(spent), "\(spent) ms in 1000 s")
    }

    @Test func aClockThatStandsStillGivesNothing() {
        var budget = StillBudget()
        budget.spend(.seconds(1))
        let moments = [start, start - .seconds(100), start + .seconds(100)]
        #expect(moments.map { budget.isLeft(at: $0) } == [false, false, true])
    }
}

@Suite struct ScaledRecordTests {
    @Test func boxesOfASmallStreamAreToldInPixelsOfTheMainOne() {
        var maker = RecordMaker(camera: testCamera)
        maker.scale(from: FrameSize(width: 640, height: 360), to: FrameSize(width: 1920, height: 1080))
        let finding = Finding(
            kind: .security(.intrusion, zone: "yard", phase: .opened, severity: .warning),
            interval: .seconds(2)...(.seconds(5)), time: makeFrameTime(5), subjects: [makeTrack(id: 7, x: 100, y: 50)],
            situation: 42)
        let subject = finding.subjects[0].box
        let box = maker.record(of: finding, evidence: nil).securityAlert.box
        #expect(Double(box.x) == (subject.x * 3).rounded() && Double(box.height) == (subject.height * 3).rounded())
    }
}
