import EdgeCapture
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
struct BadFileTests {
    private func write(_ name: String, _ data: Data) throws -> String {
        let path = TestVideo.path(name)
        try data.write(to: URL(filePath: path))
        return path
    }

    private func refusal(_ path: String) -> CaptureError? {
        #expect(throws: CaptureError.self) { try readAll(path) }
    }

    @Test func whatIsNoVideoIsRefusedWithItsName() throws {
        var generator = SeededGenerator(seed: 11)
        let noise = Data((0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let texts = [
            try write("empty.mp4", Data()), try write("noise.mp4", noise),
            try write("text.mp4", Data("This is no video.\n".utf8)),
            try write("list.m3u8", Data("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".utf8)),
            try write("list.mp4", Data("ffconcat version 1.0\nfile /etc/passwd\n".utf8)),
            try TestVideo.make("tone.m4a", ["-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "aac"]),
            TestVideo.path("absent.mp4"), FileManager.default.temporaryDirectory.path,
        ]
        for path in texts {
            let error = refusal(path)
            #expect(error?.kind == .unsupported, "\(path)")
            #expect(error?.reason.contains(path) == true, "\(path)")
        }
    }

    @Test func aFileThatLostItsIndexIsRefused() throws {
        let clip = try Data(contentsOf: URL(filePath: TestVideo.h264()))
        #expect(refusal(try write("cut.mp4", clip.prefix(clip.count / 2)))?.kind == .unsupported)
    }

    @Test func randomDamageNeverTraps() throws {
        let clip = try Data(contentsOf: URL(filePath: TestVideo.h264("64x64", frames: 8)))
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<60 {
            var damaged = clip
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            _ = try? readAll(write("x.mp4", damaged))
        }
    }
}
