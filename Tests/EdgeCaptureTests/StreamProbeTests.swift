import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeCapture

@Suite struct StreamProbeTests {
    private func makeReport() -> StreamReport {
        StreamReport(
            url: "rtsp://h/", codec: "h264", width: 1920, height: 1080, framesPerSecond: 25,
            declaredFramesPerSecond: 25,
            gopSeconds: 2, bFrames: false, clock: .cameraReport, cameraClockOffsetSeconds: 0.02,
            firstFrameSeconds: 0.1, bitsPerSecond: 4e6, timesAreMonotonic: true, describesItself: true,
            framesDecoded: 250, decodeErrors: 0, warnings: [])
    }

    @Test func aGoodCameraGetsNoAdvice() { #expect(makeReport().advice(isLive: true).isEmpty) }

    struct Fault: Sendable {
        var words: String
        var change: @Sendable (inout StreamReport) -> Void
    }

    @Test(arguments: [
        Fault(words: "key frame") { $0.gopSeconds = 10 },
        Fault(words: "key frame") { $0.gopSeconds = nil },
        Fault(words: "B-frames") { $0.bFrames = true },
        Fault(words: "delivers 21") { $0.framesPerSecond = 21 },
        Fault(words: "fast vehicles") { $0.framesPerSecond = 3 },
        Fault(words: "352 × 288") { ($0.width, $0.height) = (352, 288) },
        Fault(words: "H.265") { $0.codec = "hevc" },
        Fault(words: "parameter sets") { $0.describesItself = false },
        Fault(words: "NTP") { $0.cameraClockOffsetSeconds = -7.5 },
        Fault(words: "arrival") { $0.clock = .arrival },
        Fault(words: "go back") { $0.timesAreMonotonic = false },
        Fault(words: "damaged") { $0.decodeErrors = 3 },
        Fault(words: "10 s that are kept") { $0.gopSeconds = 12 },
        Fault(words: "declaration is wrong") { $0.declaredFramesPerSecond = 15 },
        Fault(words: "uneven") { $0.rateVaries = true },
        Fault(words: "leapt 2 times") { $0.timeJumps = 2 },
        Fault(words: "sound") { $0.audioCodecs = ["pcm_mulaw"] },
        Fault(words: "MJPEG") { ($0.codec, $0.gopSeconds) = ("mjpeg", nil) },
    ])
    func eachFaultGetsItsAdvice(fault: Fault) {
        var report = makeReport()
        fault.change(&report)
        let advice = report.advice(isLive: true)
        #expect(advice.count == 1)
        #expect(advice.first?.contains(fault.words) == true)
    }

    @Test(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
    func aFileIsMeasured() throws {
        let path = try TestVideo.h264("640x360", frames: 75, "-g", "25", "-bf", "2", "-sc_threshold", "0")
        let report = try StreamProbe.probe(makeFileSource(path), for: .seconds(10))
        #expect(report.codec == "h264" && report.width == 640 && report.height == 360)
        #expect(abs(report.framesPerSecond - 25) < 0.01)
        #expect(abs((report.gopSeconds ?? 0) - 1) < 0.001)
        #expect(report.bFrames && report.timesAreMonotonic && report.clock == .arrival)
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any]
        for key in [
            "url", "codec", "width", "height", "framesPerSecond", "gopSeconds", "bFrames", "clock", "firstFrameSeconds",
            "warnings",
        ] {
            #expect(json?[key] != nil, "\(key)")
        }
    }

    @Test(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
    func unevenPicturesAndSoundAreSeen() throws {
        let even = try TestVideo.make(
            "even.mp4",
            ["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "aac"] + TestVideo.source(frames: 50)
                + ["-c:v", "libx264"])
        let report = try StreamProbe.probe(makeFileSource(even))
        #expect(report.audioCodecs == ["aac"] && !report.rateVaries && report.timeJumps == 0)
        let filter = ["-vf", "select='if(lt(mod(n,50),25),1,not(mod(n,5)))'", "-vsync", "vfr", "-c:v", "libx264"]
        let uneven = try TestVideo.make("uneven.mp4", TestVideo.source(frames: 60) + filter)
        #expect(try StreamProbe.probe(makeFileSource(uneven)).rateVaries)
    }
}
