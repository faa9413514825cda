import EdgeCore
import EventModel
import Foundation
import Logging
import TestSupport

@testable import EdgeRecording

/// A folder of recordings with its index.
struct Recordings {
    let folder = TestClip.folder() + "/recordings"
    let index: RecordingIndex

    init() throws { index = try RecordingIndex(folder: folder, commitInterval: .milliseconds(10)) }

    /// Records packets as fast as they can be read, and returns when all is on disk and indexed.
    @discardableResult
    func record(
        _ packets: [VideoPacket], segment: Duration = .seconds(120), camera: CameraID = testCamera, disk: Disk = .system
    ) throws -> RecorderStatus {
        let ring = PacketRing(configuration: wideRing)
        for packet in packets { ring.append(packet) }
        ring.close()
        var configuration = Recorder.Configuration()
        configuration.segment = segment
        configuration.retry = .zero
        let recorder = Recorder(
            camera: camera, ring: ring, index: index, configuration: configuration, disk: disk, logger: quietLogger)
        recorder.start()
        recorder.stop(timeout: .seconds(60))
        try index.flush()
        return recorder.status
    }

    /// All recorded files.
    func files() throws -> [SegmentSummary] { try index.summaries() }

    func path(_ file: String) -> String { folder + "/" + file }

    /// Every part of the test camera.
    func parts() throws -> [RecordedPart] {
        try index.parts(camera: testCamera, from: .distantPast, to: .distantFuture)
    }
}

/// A ring that forgets nothing.
let wideRing = {
    var configuration = PacketRing.Configuration()
    configuration.preRoll = .seconds(100_000)
    configuration.byteCap = 1 << 30
    return configuration
}()

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
