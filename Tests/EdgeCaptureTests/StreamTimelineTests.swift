import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeCapture

@Suite struct StreamTimelineTests {
    /// Places stamps given in milliseconds; `elapsed` real milliseconds before each.
    private func place(_ stamps: [Int64?], elapsed: Int64?) -> [Int64] {
        var timeline = StreamTimeline()
        return stamps.map { timeline.place(stamp: $0.map { $0 * 1_000_000 }, elapsed: elapsed.map { $0 * 1_000_000 }) }
            .map { $0 / 1_000_000 }
    }

    struct Case: Sendable {
        var name: String
        var stamps: [Int64?]
        var elapsed: Int64?
        var expected: [Int64]
    }

    @Test(arguments: [
        Case(name: "begins at 0", stamps: [4900, 4940, 4980], elapsed: nil, expected: [0, 40, 80]),
        Case(name: "variable rate", stamps: [0, 10, 500, 520], elapsed: nil, expected: [0, 10, 500, 520]),
        Case(name: "repeats", stamps: [0, 40, 40, 80], elapsed: 40, expected: [0, 40, 40, 80]),
        Case(name: "another order", stamps: [0, 120, 40, 80], elapsed: 40, expected: [0, 120, 40, 80]),
        Case(name: "restarts", stamps: [90_000, 90_040, 0, 40], elapsed: 40, expected: [0, 40, 80, 120]),
        Case(name: "restarts after a pause", stamps: [90_000, 90_040, 0], elapsed: 3000, expected: [0, 40, 3040]),
        Case(
            name: "leaps ahead live", stamps: [0, 40, 99_000_000, 99_000_040], elapsed: 40, expected: [0, 40, 80, 120]),
        Case(name: "leaps ahead in a file", stamps: [0, 40, 60_040], elapsed: nil, expected: [0, 40, 60_040]),
        Case(name: "long silence is no leap", stamps: [0, 40, 30_040], elapsed: 30_000, expected: [0, 40, 30_040]),
        Case(name: "no stamps", stamps: [nil, nil, nil], elapsed: 40, expected: [0, 40, 80]),
        Case(name: "some stamps", stamps: [1000, nil, 1080], elapsed: 40, expected: [0, 40, 80]),
    ])
    func theTimeLineIsSteady(example: Case) {
        #expect(place(example.stamps, elapsed: example.elapsed) == example.expected, "\(example.name)")
    }

    @Test func garbageStampsNeverTrapAndFramesNeverGoBack() {
        var generator = SeededGenerator(seed: 20_261_121)
        var timeline = StreamTimeline()
        var order = FrameOrder()
        var last = Duration.seconds(-1)
        for _ in 0..<10_000 {
            let stamp = Bool.random(using: &generator) ? Int64.random(in: .min ... .max, using: &generator) : nil
            let placed = Duration.nanoseconds(timeline.place(stamp: stamp, elapsed: 40_000_000))
            let time = order.place(FrameTime(presentation: placed, capturedAt: testStart, clock: .arrival)).presentation
            #expect(time > last)
            last = time
        }
    }
}
