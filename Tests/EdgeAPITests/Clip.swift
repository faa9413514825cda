import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import Synchronization
import TestSupport

/// Videos made on the spot by the ffmpeg program, 160 × 120, 25 pictures a second, a key frame every two seconds.
enum Clip {
    static let isPossible = TestProgram.isInstalled("ffmpeg")
    private static let made = Mutex<[String: Data]>([:])

    /// A camera's packets, session 1, from ``testStart`` on.
    static func packets(seconds: Int = 12, encoder: String = "libx264") throws -> [VideoPacket] {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).ts").path
        defer { unlink(path) }
        let content = try made.withLock { made in
            let name = "\(encoder) \(seconds)"
            if let known = made[name] { return known }
            let picture = [
                "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=\(seconds)", "-pix_fmt", "yuv420p",
            ]
            let quality = ["-c:v", encoder, "-preset", "ultrafast", "-g", "50", "-bf", "0", "-b:v", "200k"]
            let quiet = encoder == "libx265" ? ["-x265-params", "log-level=none:scenecut=0"] : ["-sc_threshold", "0"]
            try TestProgram.run(
                "ffmpeg", ["-v", "error", "-nostdin", "-y"] + picture + quality + quiet + ["-threads", "1", path])
            made[name] = try Data(contentsOf: URL(filePath: path))
            return made[name] ?? Data()
        }
        try content.write(to: URL(filePath: path))
        return try read(path)
    }

    private static func read(_ path: String) throws -> [VideoPacket] {
        var source = CaptureSource(camera: testCamera, locator: .file(path))
        source.startTime = testStart
        let reader = try PacketReader(source: source)
        var packets: [VideoPacket] = []
        while let packet = try reader.next() { packets.append(packet) }
        return packets
    }

    /// Presentation times of all pictures of a video, in seconds; a broken one throws.
    static func times(_ content: Data) throws -> [Double] {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).mp4").path
        defer { unlink(path) }
        try content.write(to: URL(filePath: path))
        try TestProgram.run("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-f", "null", "-"])
        let text = try TestProgram.run(
            "ffprobe",
            ["-v", "error", "-show_entries", "frame=pts_time", "-of", "csv=p=0", "-select_streams", "v:0", path])
        return text.split(whereSeparator: { $0 == "\n" || $0 == "," }).compactMap { Double($0) }
    }
}

extension VideoPacket {
    /// The same picture later, of another session.
    func moved(by seconds: Double, session: Int? = nil) -> VideoPacket {
        let time = FrameTime(
            presentation: self.time.presentation + .seconds(seconds),
            capturedAt: self.time.capturedAt.addingTimeInterval(seconds), clock: self.time.clock)
        return VideoPacket(
            session: session ?? self.session, format: format, time: time, decodeTime: decodeTime + .seconds(seconds),
            isKey: isKey, arrivalNanoseconds: arrivalNanoseconds, payload: payload, owner: self)
    }
}
