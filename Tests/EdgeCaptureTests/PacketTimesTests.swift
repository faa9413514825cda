import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeCapture

@Suite struct PacketTimesTests {
    /// Times in milliseconds of packets that arrive 40 ms apart, given their stamps in milliseconds.
    private func place(_ stamps: [(pts: Int64?, dts: Int64?)]) -> [(presentation: Int64, decode: Int64)] {
        var times = PacketTimes(clock: StreamClock(kind: .live(maximumCameraOffset: .seconds(60))))
        return stamps.enumerated().map { index, stamp in
            let now = Int64(index) * 40_000_000
            let (time, decode) = times.place(
                stamp: stamp.pts.map { $0 * 1_000_000 }, decodeStamp: stamp.dts.map { $0 * 1_000_000 },
                arrival: Arrival(monotonicNanoseconds: now, wallNanoseconds: 1_700_000_000_000_000_000 + now))
            return (time.presentation.nanoseconds / 1_000_000, decode.nanoseconds / 1_000_000)
        }
    }

    @Test func plainStreamsAreDecodedWhenTheyAreShown() {
        let placed = place([(900, 900), (940, 940), (980, nil)])
        #expect(placed.map(\.presentation) == [0, 40, 80])
        #expect(placed.map(\.decode) == [0, 40, 80])
    }

    @Test func reorderedPicturesKeepTheirTimesAndAreDecodedInOrder() {
        let placed = place([(0, -80), (120, -40), (40, 0), (80, 40), (240, 80), (160, 120), (200, 160)])
        #expect(placed.map(\.presentation) == [0, 120, 40, 80, 240, 160, 200])
        #expect(placed.map(\.decode) == [-80, -40, 0, 40, 80, 120, 160])
    }

    /// RTP carries no decoding times, and without a probe nobody knows how far pictures are reordered.
    @Test func withoutDecodingTimesTheyAreDerivedAsSoonAsAPictureComesBack() {
        let placed = place([(0, nil), (120, nil), (40, nil), (80, nil), (240, nil), (160, nil), (200, nil)])
        #expect(placed.map(\.presentation) == [0, 120, 40, 80, 240, 160, 200])
        for (before, after) in zip(placed, placed.dropFirst()) { #expect(before.decode <= after.decode) }
        for packet in placed.dropFirst(4) { #expect(packet.decode <= packet.presentation + 121) }
    }

    @Test func garbageNeverTrapsAndDecodingTimesOnlyRise() {
        var generator = SeededGenerator(seed: 7)
        var times = PacketTimes(clock: StreamClock(kind: .live(maximumCameraOffset: .seconds(60))))
        var last = Duration.seconds(-10)
        for index in 0..<5_000 {
            let now = Int64(index) * 40_000_000
            let stamps = (0..<2).map { _ in
                Bool.random(using: &generator) ? Int64.random(in: .min ... .max, using: &generator) : nil
            }
            let decode = times.place(
                stamp: stamps[0], decodeStamp: stamps[1],
                arrival: Arrival(monotonicNanoseconds: now, wallNanoseconds: now)
            ).decode
            #expect(decode > last)
            last = decode
        }
    }

    @Test func shownTimesRiseWhateverTheStampsDid() {
        var order = FrameOrder()
        let stamps = [0, 40, 40, 20, 80].map { Duration.milliseconds($0) }
        let placed = stamps.map { stamp in
            order.place(
                FrameTime(
                    presentation: stamp, capturedAt: testStart.addingTimeInterval(stamp / .seconds(1)), clock: .arrival)
            )
        }
        #expect(placed.map(\.presentation) == [0, 40, 41, 42, 80].map { .milliseconds($0) })
        for (before, after) in zip(placed, placed.dropFirst()) { #expect(before.capturedAt < after.capturedAt) }
    }

    @Test func aClockSetBackByADayIsFollowed() {
        var order = FrameOrder()
        _ = order.place(FrameTime(presentation: .zero, capturedAt: testStart, clock: .arrival))
        let back = testStart.addingTimeInterval(-86_400)
        let time = order.place(FrameTime(presentation: .seconds(1), capturedAt: back, clock: .arrival))
        #expect(time.capturedAt == back)
    }
}
