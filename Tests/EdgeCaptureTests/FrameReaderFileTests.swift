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
        #expect(counters.accessUnits == 50)
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

    struct Clip: Sendable, CustomTestStringConvertible {
        var name: String
        var arguments: [String]
        var codec: String
        var format: PixelFormat = .yuv420
        var size = "320x240"
        var hasBFrames = false
        var testDescription: String { name }
    }

    @Test(arguments: [
        Clip(name: "b.mp4", arguments: ["-c:v", "libx264", "-bf", "2"], codec: "h264", hasBFrames: true),
        Clip(
            name: "b.hevc.mp4", arguments: ["-c:v", "libx265", "-x265-params", "log-level=none"], codec: "hevc",
            hasBFrames: true),
        Clip(name: "m.avi", arguments: ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"], codec: "mjpeg", format: .yuv422),
        Clip(name: "ten.mkv", arguments: ["-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-bf", "0"], codec: "h264"),
        Clip(
            name: "full.mkv", arguments: ["-c:v", "libx264", "-pix_fmt", "yuv444p", "-bf", "0"], codec: "h264",
            format: .yuv444),
        Clip(name: "gray.mkv", arguments: ["-c:v", "ffv1", "-pix_fmt", "gray"], codec: "ffv1", format: .gray),
        Clip(name: "rgb.avi", arguments: ["-c:v", "rawvideo", "-pix_fmt", "bgr24"], codec: "rawvideo"),
        Clip(name: "odd.mkv", arguments: ["-c:v", "ffv1"], codec: "ffv1", size: "161x91"),
        Clip(name: "one.mkv", arguments: ["-c:v", "ffv1"], codec: "ffv1", size: "1x1"),
        Clip(name: "t.ts", arguments: ["-c:v", "libx264", "-bf", "0"], codec: "h264"),
    ])
    func codecsAndLayoutsAreRead(clip: Clip) throws {
        let path = try TestVideo.make(clip.name, TestVideo.source(clip.size, frames: 12) + clip.arguments)
        let reader = try FrameReader(source: makeFileSource(path))
        var count = 0
        while let frame = try reader.next() {
            #expect(frame.index == count)
            #expect(frame.image.format == clip.format)
            #expect("\(frame.size.width)x\(frame.size.height)" == clip.size)
            count += 1
        }
        #expect(count == 12)
        #expect(reader.streamInfo.codec == clip.codec)
        #expect(reader.streamInfo.hasBFrames == clip.hasBFrames)
    }

    @Test func tenBitPicturesKeepTheirBrightness() throws {
        let gray = ["-f", "lavfi", "-i", "color=gray:size=64x64:rate=5", "-frames:v", "2"]
        let path = try TestVideo.make("g.mkv", gray + ["-c:v", "libx264", "-pix_fmt", "yuv420p10le"])
        let frame = try #require(try FrameReader(source: makeFileSource(path)).next())
        #expect(abs(meanLuma(frame.image) - 126) < 2)
        #expect(!frame.image.isFullRange)
    }

    @Test func variableRateKeepsItsTimes() throws {
        let filter = ["-vf", "select='not(mod(n,7))+not(mod(n,5))'", "-fps_mode", "vfr", "-c:v", "libx264"]
        let times = try readAll(TestVideo.make("v.mp4", TestVideo.source(frames: 8) + filter)).frames
        let expected = [0, 5, 7, 10, 14, 15, 20, 21].map { Double($0) * 0.04 }
        #expect(times.count == 8)
        for (time, seconds) in zip(times, expected) { #expect(abs(time.presentation.seconds - seconds) < 0.001) }
    }

    @Test func aChangeOfResolutionIsFollowed() throws {
        let small = try TestVideo.make(
            "s.h264", TestVideo.source("160x120", frames: 5) + ["-c:v", "libx264", "-bf", "0"])
        let large = try TestVideo.make(
            "l.h264", TestVideo.source("320x240", frames: 5) + ["-c:v", "libx264", "-bf", "0"])
        let both = TestVideo.path("both.h264")
        let data = try [small, large].map { try Data(contentsOf: URL(filePath: $0)) }
        try (data[0] + data[1]).write(to: URL(filePath: both))
        let reader = try FrameReader(source: makeFileSource(both))
        var widths: [Int] = []
        while let frame = try reader.next() { widths.append(frame.size.width) }
        #expect(widths == Array(repeating: 160, count: 5) + Array(repeating: 320, count: 5))
    }

    @Test func damagedAccessUnitsAreCountedAndReadingGoesOn() throws {
        let clip = try TestVideo.make(
            "d.h264", TestVideo.source(frames: 50) + ["-c:v", "libx264", "-g", "10", "-bf", "0"])
        var data = try Data(contentsOf: URL(filePath: clip))
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<40 {
            let place = Int.random(in: data.count / 4..<data.count / 2, using: &generator)
            data[place] = UInt8.random(in: 0...255, using: &generator)
        }
        let damaged = TestVideo.path("d.h264")
        try data.write(to: URL(filePath: damaged))
        let (frames, counters) = try readAll(damaged)
        #expect(counters.decodeErrors > 0)
        #expect(frames.count >= 25)
        #expect(UInt64(frames.count) == counters.framesDecoded)
    }

    @Test func aTruncatedFileGivesWhatIsThere() throws {
        let clip = try TestVideo.make("t.mkv", TestVideo.source(frames: 50) + ["-c:v", "libx264"])
        let data = try Data(contentsOf: URL(filePath: clip))
        let cut = TestVideo.path("cut.mkv")
        try data.prefix(data.count / 2).write(to: URL(filePath: cut))
        let count = try readAll(cut).frames.count
        #expect(count > 5 && count < 50)
    }

    @Test func heldFramesAreNotOverwritten() throws {
        let reader = try FrameReader(source: makeFileSource(TestVideo.h264(frames: 30)))
        var held: [(frame: Frame, sum: Int)] = []
        while let frame = try reader.next() {
            if frame.index % 3 == 0 { held.append((frame, lumaSum(frame.image))) }
        }
        #expect(held.count == 10)
        for (frame, sum) in held { #expect(lumaSum(frame.image) == sum) }
    }

    @Test func buffersAreReused() throws {
        let reader = try FrameReader(source: makeFileSource(TestVideo.h264(frames: 30)))
        var seen: Set<ObjectIdentifier> = []
        while let frame = try reader.next() { seen.insert(ObjectIdentifier(frame.image)) }
        #expect(seen.count == 1)
    }

    @Test func aPictureBeyondTheLimitIsRefusedWithTheLimit() throws {
        var source = makeFileSource(try TestVideo.h264(frames: 2))
        source.maximumPixels = 320 * 240 - 1
        let error = #expect(throws: CaptureError.self) { try FrameReader(source: source) }
        #expect(error?.kind == .unsupported)
        #expect(error?.reason.contains("76799") == true)
    }

    private func meanLuma(_ image: PixelBuffer) -> Double {
        Double(lumaSum(image)) / Double(image.size.width * image.size.height)
    }

    private func lumaSum(_ image: PixelBuffer) -> Int {
        (0..<image.luma.height).reduce(0) { sum, y in
            let row = image.luma.baseAddress + y * image.luma.bytesPerRow
            return sum + (0..<image.luma.width).reduce(0) { $0 + Int(row[$1]) }
        }
    }
}
