import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import TestSupport

/// Small videos made on the spot by the ffmpeg program, each once per test run.
enum TestVideo {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")

    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ngatu-capture-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { TestVideo.clean() }
        return folder
    }()

    private static func clean() { try? FileManager.default.removeItem(at: folder) }

    /// A place for a file named `name` that nobody else uses.
    static func path(_ name: String) -> String {
        let own = folder.appending(path: UUID().uuidString)
        try? FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        return own.appending(path: name).path
    }

    /// Runs `ffmpeg ARGUMENTS PATH` and returns the path.
    static func make(_ name: String, _ arguments: [String]) throws -> String {
        let path = path(name)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments + ["-threads", "1", path]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return path
    }

    struct Failure: Error { var status: Int32 }

    /// `count` frames of the moving test picture at 25 frames a second.
    static func source(_ size: String = "320x240", frames count: Int = 50) -> [String] {
        ["-f", "lavfi", "-i", "testsrc=size=\(size):rate=25", "-frames:v", "\(count)", "-pix_fmt", "yuv420p"]
    }

    /// H.264 of the test picture with further encoder arguments.
    static func h264(_ size: String = "320x240", frames: Int = 50, _ more: String...) throws -> String {
        try make("clip.mp4", source(size, frames: frames) + ["-c:v", "libx264", "-preset", "ultrafast"] + more)
    }
}

/// The source of a file of the test camera.
func makeFileSource(_ path: String) -> CaptureSource {
    var source = CaptureSource(camera: testCamera, locator: .file(path))
    source.startTime = testStart
    return source
}

/// Everything a reader delivers.
func readAll(_ path: String) throws(CaptureError) -> (frames: [FrameTime], counters: CaptureCounters) {
    let reader = try FrameReader(source: makeFileSource(path))
    var times: [FrameTime] = []
    while let frame = try reader.next() { times.append(frame.time) }
    return (times, reader.counters)
}
