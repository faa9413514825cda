import EdgeCore
import EdgeRules
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct CrowdSamplerTests {
    private func samples(_ sampler: inout CrowdSampler, minute: Int, _ scenes: [(Double) -> Scene]) -> [CrowdMinute] {
        scenes.enumerated().flatMap { sampler.update(with: $1(Double(minute) * 60 + Double($0) * 5)) }
    }

    @Test func aMinuteIsTheMedianOfItsLooks() {
        var sampler = CrowdSampler(zones: ["square", "gate"])
        for (index, count) in [10, 90, 12, 11, 13].enumerated() {
            let scene = makeCrowdScene(count, low: count - 4, high: count + 6, seconds: Double(index) * 10)
            #expect(sampler.update(with: scene).isEmpty)
        }
        let samples = sampler.update(with: makeScene(seconds: 60))
        #expect(samples.map(\.zone) == ["square"])  // nobody looked at the gate
        #expect(samples.first?.people == CrowdCount(count: 12, low: 8, high: 18))
        #expect(samples.first?.looks == 5)
        #expect(samples.first?.minute == testStart)
        #expect(samples.first?.growth == nil)
        #expect(sampler.finish().isEmpty)
    }

    @Test func growthIsTheSlopeOfTheLastFiveMinutes() {
        var sampler = CrowdSampler(zones: ["square"])
        var growth: [Double?] = []
        for minute in 0...9 {
            let count = minute < 5 ? 100 : 100 + 20 * (minute - 4)
            growth += sampler.update(with: makeCrowdScene(count, seconds: Double(minute) * 60)).map(\.growth)
        }
        growth += sampler.finish().map(\.growth)
        #expect(growth.count == 10)
        #expect(growth[0] == nil)
        #expect(growth[4] == 0)
        #expect(abs((growth[9] ?? 0) - 20) < 1e-9)
        #expect((growth[6] ?? 0) > 5 && (growth[6] ?? 0) < 20)
    }

    @Test func looksInDoubtDoNotSpoilAMinuteThatWasSeen() {
        var sampler = CrowdSampler(zones: ["square"])
        let dark: [(Double) -> Scene] = [{ makeCrowdScene(0, doubt: .tooDark, seconds: $0) }]
        let seen: [(Double) -> Scene] = [{ makeCrowdScene(30, seconds: $0) }]
        var all = samples(&sampler, minute: 0, dark + seen)
        all += samples(&sampler, minute: 1, dark + dark + seen)
        all += sampler.finish()
        #expect(all.map(\.people.doubt) == [nil, .tooDark])
        #expect(all.map(\.people.count) == [30, 0])
        #expect(all.last?.growth == nil)
    }

    @Test func aMinuteNobodyLookedAtHasNoSample() {
        var sampler = CrowdSampler(zones: ["square"])
        var all: [CrowdMinute] = []
        for second in [10.0, 70, 130, 190] {
            all += sampler.update(with: second == 130 ? makeScene(seconds: second) : makeCrowdScene(7, seconds: second))
        }
        #expect((all + sampler.finish()).map { $0.minute.timeIntervalSince(testStart) } == [0, 60, 180])
    }
}
