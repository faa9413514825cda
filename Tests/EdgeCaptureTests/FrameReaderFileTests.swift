import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
struct FrameReaderFileTests {
    @Test func everyFrameOfAnH264FileComesOutInOrder() throws {
        let (times, counters) = try readAll(TestVideo.h264())
        #expect(times.count == 50)
        #expect(counters.framesDecoded == 50)
        #expect(counters.decodeErrors == 0)
        #expect(times.enumerated().allSatisfy { abs($1.presentation.seconds - Double($0) * 0.04) < 0.001 })
        #expect(times[25].capturedAt == testStart.addingTimeInterval(1))
    }

    @Test func aNameIsAPathAndNothingElse() throws {
        let clip = try TestVideo.h264(frames: 5)
        for name in ["a b #1:2?.mp4", "http:x.mp4", "%03d.mp4", "concat:a|b.mp4", "ngã tư.mp4"] {
            let odd = TestVideo.path(name)
            try FileManager.default.copyItem(atPath: clip, toPath: odd)
            #expect(try readAll(odd).frames.count == 5)
        }
    }
}
