import EdgeCore
import EdgeRules
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct FlowSamplerTests {
    private func crossing(_ line: String, _ direction: CrossingDirection, _ label: ObjectClass, seconds: Double)
        -> Finding
    {
        Finding(
            kind: .lineCrossing(line: line, direction: direction), interval: .seconds(seconds)...(.seconds(seconds)),
            time: makeFrameTime(seconds), subjects: [makeTrack(x: 0, y: 0, label: label)])
    }

    @Test func aMinuteIsCountedByLineDirectionAndClassAndSilenceIsSaidToo() throws {
        var sampler = FlowSampler(lines: ["a", "b"])
        var samples: [LineFlow] = []
        for second in 0...61 {
            let findings =
                second == 10 || second == 20 ? [crossing("a", .leftToRight, .car, seconds: Double(second))] : []
            samples += sampler.update(with: findings, at: makeFrameTime(Double(second)))
        }
        #expect(samples.map(\.line) == ["a", "b"])
        #expect(samples.map(\.watchedSeconds) == [60, 60])
        #expect(samples[0].counts == [LineFlow.Key(direction: .leftToRight, label: .car): 2])
        #expect(samples[1].counts.isEmpty)
        #expect(samples[0].minute == testStart)
    }

    @Test func timeWithoutPicturesIsNotWatched() {
        var sampler = FlowSampler(lines: ["a"])
        for second in 0...10 { _ = sampler.update(with: [], at: makeFrameTime(Double(second))) }
        sampler.reset()
        for second in 40...45 { _ = sampler.update(with: [], at: makeFrameTime(Double(second))) }
        _ = sampler.update(with: [], at: makeFrameTime(59))  // a gap of 14 s: nobody knows what passed
        #expect(sampler.finish().map(\.watchedSeconds) == [15])
        #expect(sampler.finish().isEmpty)
    }

    @Test func everyCrossingIsInExactlyOneSample() {
        var generator = SeededGenerator(seed: 3)
        var sampler = FlowSampler(lines: ["a"])
        var given = 0
        var counted = 0
        var now = 0.0
        for _ in 0..<5_000 {
            now += Double.random(in: 0.01...3, using: &generator)
            let findings = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                crossing("a", .rightToLeft, .moving, seconds: now)
            }
            given += findings.count
            counted += sampler.update(with: findings, at: makeFrameTime(now)).flatMap(\.counts.values).reduce(0, +)
        }
        counted += sampler.finish().flatMap(\.counts.values).reduce(0, +)
        #expect(given == counted)
    }
}
