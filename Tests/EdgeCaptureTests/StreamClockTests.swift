import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeCapture

@Suite struct StreamClockTests {
    private let wallStart = Int64(testStart.timeIntervalSince1970) * 1_000_000_000

    /// The host's clocks `seconds` after the test began, its wall clock off by `jump` seconds.
    private func arrival(_ seconds: Double, jump: Double = 0) -> Arrival {
        let nanoseconds = Int64(seconds * 1e9)
        return Arrival(
            monotonicNanoseconds: 5_000_000_000 + nanoseconds,
            wallNanoseconds: wallStart + nanoseconds + Int64(jump * 1e9))
    }

    private func makeLive() -> StreamClock { StreamClock(kind: .live(maximumCameraOffset: .seconds(60))) }

    private func seconds(_ time: FrameTime) -> Double { time.capturedAt.timeIntervalSince(testStart) }

    @Test func aFileIsTimedFromItsStart() {
        var clock = StreamClock(kind: .file(start: testStart))
        _ = clock.time(stamp: 4_900_000_000, arrival: arrival(0))
        let time = clock.time(stamp: 6_900_000_000, arrival: arrival(0.001))
        #expect(time.presentation == .seconds(2))
        #expect(time.capturedAt == testStart.addingTimeInterval(2))
        #expect(time.clock == .arrival)
    }

    @Test func theLeastDelayedFrameSetsTheTime() {
        var clock = makeLive()
        var last = 0.0
        for (index, delay) in [0.3, 0.25, 0.02, 0.2, 0.1, 0.4].enumerated() {
            let sent = Double(index) * 0.5
            last = seconds(clock.time(stamp: Int64(sent * 1e9), arrival: arrival(sent + delay)))
        }
        #expect(abs(last - 2.52) < 0.002)  // 2.5 s after the first frame, which left 0.02 s before the best arrival
    }

    @Test func afterSettlingNetworkJitterMovesTimeByNoMoreThan500PartsPerMillion() {
        var clock = makeLive()
        var previous: FrameTime?
        for index in 0..<1000 {
            let sent = Double(index) * 0.04
            let delay = index < 500 ? 0.2 : 0.05  // the network becomes faster at 20 s
            let time = clock.time(stamp: Int64(sent * 1e9), arrival: arrival(sent + delay))
            if let previous, sent > 6 {
                let step = time.capturedAt.timeIntervalSince(previous.capturedAt)
                #expect(abs(step - 0.04) < 0.04 * 0.0006 + 0.00015 * 0.0006 + 1e-4)
            }
            previous = time
        }
    }

    @Test func aCameraClockThatRunsSlowIsFollowed() throws {
        var clock = makeLive()
        var last: FrameTime?
        for index in 0..<25 * 600 {  // ten minutes, 100 ppm
            let real = Double(index) * 0.04
            last = clock.time(stamp: Int64(real * (1 - 100e-6) * 1e9), arrival: arrival(real + 0.01))
        }
        let error = try #require(last).capturedAt.timeIntervalSince(testStart) - (25 * 600 - 1) * 0.04
        #expect(abs(error) < 0.02)
    }

    /// A camera that derives its stamps from its own clock, which is corrected by 5 s.
    @Test func aLeapOfStampsDoesNotLeadIntoTheFuture() {
        var clock = makeLive()
        for index in 0..<100 {
            _ = clock.time(stamp: Int64(index) * 100_000_000, arrival: arrival(Double(index) * 0.1))
        }
        let after = clock.time(stamp: 15_000_000_000, arrival: arrival(10))
        #expect(abs(seconds(after) - 10) < 0.01)
    }

    @Test func aWallClockSetByADayIsFollowedAndStreamTimeDoesNotNotice() {
        for jump in [86_400.0, -86_400.0] {
            var clock = makeLive()
            _ = clock.time(stamp: 0, arrival: arrival(0))
            let before = clock.time(stamp: 1_000_000_000, arrival: arrival(1))
            let after = clock.time(stamp: 2_000_000_000, arrival: arrival(2, jump: jump))
            #expect(after.presentation - before.presentation == .seconds(1))
            #expect(abs(after.capturedAt.timeIntervalSince(before.capturedAt) - 1 - jump) < 0.001)
        }
    }

    @Test func aSenderReportSetsTheTime() {
        var clock = makeLive()
        _ = clock.time(stamp: 0, arrival: arrival(0.2))
        clock.report(utc: wallStart + 3_000_000_000, stamp: 1_000_000_000, arrival: arrival(1.2))
        let time = clock.time(stamp: 1_040_000_000, arrival: arrival(1.3))
        #expect(time.clock == .cameraReport)
        #expect(abs(seconds(time) - 3.04) < 1e-6)
        #expect(abs((clock.cameraOffset ?? .zero).seconds - 1.8) < 1e-6)
    }

    @Test(arguments: [
        ("a camera without a battery", Int64(946_684_800_000_000_000)),
        ("an hour off", Int64(1_795_136_400 + 3600) * 1_000_000_000), ("garbage", .max), ("garbage", .min),
    ])
    func anIncredibleReportIsNotBelieved(name: String, utc: Int64) {
        var clock = makeLive()
        clock.report(utc: utc, stamp: 0, arrival: arrival(0))
        let time = clock.time(stamp: 0, arrival: arrival(0))
        #expect(time.clock == .arrival, "\(name)")
        #expect(abs(seconds(time)) < 0.001)
    }

    @Test(arguments: [Int64(0), 946_684_800_000_000_000]) func aClockThatWasNeverSetIsTold(utc: Int64) {
        var clock = makeLive()
        clock.report(utc: utc, stamp: 0, arrival: arrival(0))
        #expect(clock.cameraOffset == .nanoseconds(utc - wallStart))
        #expect(clock.time(stamp: 0, arrival: arrival(0)).clock == .arrival)
    }

    @Test(arguments: [Int64.max, -2_208_988_800_000_000_000]) func whoHasNoClockHasNoOffset(utc: Int64) {
        var clock = makeLive()
        clock.report(utc: utc, stamp: 0, arrival: arrival(0))
        #expect(clock.cameraOffset == nil)
    }

    @Test func smallCorrectionsOfReportsAreSlewedLargeOnesStep() {
        var clock = makeLive()
        clock.report(utc: wallStart, stamp: 0, arrival: arrival(0))
        _ = clock.time(stamp: 0, arrival: arrival(0))
        clock.report(utc: wallStart + 1_100_000_000, stamp: 1_000_000_000, arrival: arrival(1))
        let slewed = clock.time(stamp: 1_000_000_000, arrival: arrival(1))
        #expect(abs(seconds(slewed) - 1.0005) < 1e-6)  // 500 ppm of one second, not the whole 100 ms
        clock.report(utc: wallStart + 12_000_000_000, stamp: 2_000_000_000, arrival: arrival(2))
        #expect(abs(seconds(clock.time(stamp: 2_000_000_000, arrival: arrival(2))) - 12) < 1e-6)
    }
}
