import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

/// Streams as no camera should send them, made on the spot: `maker_form_symptom`. Each is read to its end, with what can
/// be saved of it, in rising times; nothing traps.
@Suite(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
struct CameraZooTests {
    struct Animal: Sendable, CustomTestStringConvertible {
        var name: String
        /// Whole pictures that come out of it.
        var frames: ClosedRange<Int>
        /// From the first to the last of them, in seconds.
        var seconds: ClosedRange<Double>
        var make: @Sendable () throws -> String
        var testDescription: String { name }
    }

    static let zoo = [
        // Stamps of 33 bits: libavformat takes a leap back for the end of their range, so a file goes on a day later.
        Animal(name: "generic_ts_stampsBackByAnHour", frames: 48...50, seconds: 1.8...92_000) {
            try join("back.ts", [part("a.ts", offset: 3600), part("b.ts", offset: 0)])
        },
        Animal(name: "generic_ts_stampsBackByASecond", frames: 48...50, seconds: 1.0...2.2) {
            try join("back.ts", [part("a.ts", offset: 10), part("b.ts", offset: 9.5)])
        },
        Animal(name: "generic_ts_stampsAheadByHours", frames: 48...50, seconds: 1.8...36_100) {
            try join("ahead.ts", [part("a.ts", offset: 0), part("b.ts", offset: 36_000)])
        },
        Animal(name: "generic_h264_parameterSetsComeLate", frames: 25...50, seconds: 0.9...2) {
            try join("late.h264", [part("a.h264", "-bsf:v", "filter_units=remove_types=7-8"), part("b.h264")])
        },
        Animal(name: "generic_h264_halfAPacket", frames: 25...48, seconds: 0.9...2) {
            try join("half.h264", [part("a.h264"), part("b.h264")]) { $0.dropLast($0.count / 3) }
        },
        Animal(name: "generic_h264_sizeChanges", frames: 50...50, seconds: 1.8...2.2) {
            try join("size.h264", [part("a.h264"), part("b.h264", size: "640x360")])
        },
        Animal(name: "generic_ts_codecChanges", frames: 24...50, seconds: 0.9...2.2) {
            try join("codec.ts", [part("a.ts"), part("b.ts", codec: "libx265", offset: 1)])
        },
        Animal(name: "generic_h264_onePictureThenSilence", frames: 1...1, seconds: 0...0) {
            try TestVideo.h264(frames: 1)
        },
        Animal(name: "generic_mp4_120FramesASecond", frames: 240...240, seconds: 1.95...2.05) {
            try TestVideo.make(
                "120.mp4",
                ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=120", "-frames:v", "240", "-pix_fmt", "yuv420p"]
                    + ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"])
        },
        Animal(name: "generic_mp4_oneFrameInTenSeconds", frames: 3...3, seconds: 19...21) {
            try TestVideo.make(
                "slow.mp4",
                ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=1/10", "-frames:v", "3", "-pix_fmt", "yuv420p"]
                    + ["-c:v", "libx264", "-bf", "0"])
        },
        Animal(name: "generic_ts_twoAudioTracks", frames: 50...50, seconds: 1.9...2.0) {
            try TestVideo.make(
                "sound.ts",
                ["-f", "lavfi", "-i", "sine=duration=2", "-f", "lavfi", "-i", "sine=200:duration=2"]
                    + TestVideo.source()
                    + ["-map", "2", "-map", "0", "-map", "1", "-c:v", "libx264", "-bf", "0", "-c:a", "aac"])
        },
    ]

    @Test(arguments: zoo) func isReadToItsEnd(animal: Animal) throws {
        let (times, _) = try readAll(animal.make())
        #expect(animal.frames.contains(times.count), "\(times.count) pictures")
        for (before, after) in zip(times, times.dropFirst()) { #expect(before.presentation < after.presentation) }
        let length = (times.last?.presentation ?? .zero) - (times.first?.presentation ?? .zero)
        #expect(animal.seconds.contains(length / .seconds(1)), "\(length)")
    }

    @Test(arguments: zoo) func isProbed(animal: Animal) throws {
        let report = try StreamProbe.probe(makeFileSource(animal.make()), for: .seconds(60))
        #expect(report.width > 0 && report.framesPerSecond.isFinite)
        let leaps = animal.name.contains("_stamps")
        #expect(leaps == (report.timeJumps > 0) || animal.name == "generic_mp4_oneFrameInTenSeconds")
        #expect(animal.name.contains("AudioTracks") == (report.audioCodecs.count == 2))
    }

    /// 25 frames of the test picture.
    private static func part(
        _ name: String, _ more: String..., size: String = "320x240", codec: String = "libx264", offset: Double = 0
    ) throws -> String {
        try TestVideo.make(
            name,
            TestVideo.source(size, frames: 25) + ["-c:v", codec, "-preset", "ultrafast", "-bf", "0"]
                + (codec == "libx265" ? ["-x265-params", "log-level=none:bframes=0"] : [])
                + (offset > 0 ? ["-output_ts_offset", "\(offset)"] : []) + more)
    }

    /// One file after another, the first one cut by `cut`.
    private static func join(_ name: String, _ parts: [String], cut: (Data) -> Data = { $0 }) throws -> String {
        var data = cut(try Data(contentsOf: URL(filePath: parts[0])))
        for part in parts.dropFirst() { data += try Data(contentsOf: URL(filePath: part)) }
        let path = TestVideo.path(name)
        try data.write(to: URL(filePath: path))
        return path
    }
}
