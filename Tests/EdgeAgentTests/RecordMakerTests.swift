import EdgeCore
import EdgeRules
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct RecordMakerTests {
    let maker = RecordMaker(camera: testCamera)

    @Test func aPassageCarriesTheMomentOfTheCrossingNotOfTheDecision() {
        let finding = Finding(
            kind: .lineCrossing(line: "north", direction: .rightToLeft), interval: .seconds(8)...(.seconds(8)),
            time: makeFrameTime(10), subjects: [makeTrack(id: 7, x: 1, y: 2, label: .car)])
        let record = maker.record(of: finding, evidence: nil)
        #expect(record.camera == "nga-tu-01")
        #expect(record.timeMicros == testStart.addingTimeInterval(8).unixMicroseconds)
        #expect(record.passage.line == "north")
        #expect(record.passage.direction == .rightToLeft)
        #expect(record.passage.track == 7)
        #expect(record.passage.objectClass == .car)
        #expect(record.passage.confidencePercent == 90)
    }

    @Test func theStillOfAPassageSaysHowLongAfterTheCrossingItWasTaken() {
        let finding = Finding(
            kind: .lineCrossing(line: "north", direction: .rightToLeft), interval: .seconds(8)...(.seconds(8)),
            time: makeFrameTime(10), subjects: [])
        var still = Ngatu_V1_Evidence()
        still.role = .still
        let record = maker.record(of: finding, evidence: still)
        #expect(record.passage.evidence.map(\.capturedOffsetMicros) == [2_000_000])
    }

    @Test(arguments: [AlertPhase.opened, .updated, .ended])
    func anAlertSaysWhenItEndedOnlyOnceItHas(phase: AlertPhase) {
        let finding = Finding(
            kind: .security(.intrusion, zone: "yard", phase: phase, severity: .warning),
            interval: .seconds(2)...(.seconds(5)), time: makeFrameTime(5), subjects: [], situation: 42)
        let alert = maker.record(of: finding, evidence: nil).securityAlert
        #expect(alert.alert == 42)
        #expect(alert.fromMicros == testStart.addingTimeInterval(2).unixMicroseconds)
        #expect(alert.toMicros == (phase == .ended ? testStart.addingTimeInterval(5).unixMicroseconds : 0))
    }

    @Test func aMinuteWithoutACrossingIsARecordToo() throws {
        var sampler = FlowSampler(lines: ["north"])
        for second in 0...30 { _ = sampler.update(with: [], at: makeFrameTime(Double(second))) }
        let record = maker.record(of: try #require(sampler.finish().first))
        #expect(record.timeMicros == testStart.unixMicroseconds)
        #expect(record.flowSample.line == "north")
        #expect(record.flowSample.seconds == 30)
        #expect(record.flowSample.counts.isEmpty)
    }

    @Test func aMinuteOfACrowdSaysHowSureAndByWhom() throws {
        var sampler = CrowdSampler(zones: ["square"])
        _ = sampler.update(with: makeCrowdScene(20, seconds: 0))
        _ = sampler.update(with: makeCrowdScene(12, low: 9, high: 16, seconds: 60))
        let sample = maker.record(of: try #require(sampler.finish().first))
        #expect(sample.timeMicros == testStart.addingTimeInterval(60).unixMicroseconds)
        #expect(sample.crowdSample.zone == "square")
        #expect(sample.crowdSample.count == 12)
        #expect(sample.crowdSample.low == 9)
        #expect(sample.crowdSample.high == 16)
        #expect(sample.crowdSample.growth == -8)
        #expect(sample.crowdSample.doubt.isEmpty)
        #expect(sample.crowdSample.looks == 1)
        #expect(sample.crowdSample.model == "crowd-counter")
    }

    @Test func aCrowdInDoubtSaysSoAndHasNoGrowth() throws {
        var sampler = CrowdSampler(zones: ["square"])
        _ = sampler.update(with: makeCrowdScene(20, doubt: .tooDark, seconds: 0))
        let sample = maker.record(of: try #require(sampler.finish().first)).crowdSample
        #expect(sample.doubt == "tooDark")
        #expect(!sample.hasGrowth)
    }
}
