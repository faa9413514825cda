import EdgeCapture
import EdgeCore
import EdgeRecording
import EdgeRules
import EdgeVision
import EventModel
import Foundation

/// Conditions of a running camera are timed by the host's steady clock: a stream may be gone, or its clock wrong.
extension CameraConditions {
    private static let start = ContinuousClock.now

    private static var now: FrameTime {
        FrameTime(presentation: ContinuousClock.now - start, capturedAt: Date(), clock: .arrival)
    }

    /// Takes up what lasted when the agent ended.
    convenience init(
        liveCamera camera: AgentConfiguration.Camera, memory: ViewFolder, firstSituation: UInt64
    ) throws(VisionError) {
        try self.init(
            camera: camera.source.camera, site: camera.site, siteStamp: camera.siteStamp, memory: memory,
            firstSituation: firstSituation, at: Self.now)
    }

    /// What lasts now.
    var open: [SecurityKind] { open(at: Self.now).map(\.kind) }

    /// Looks at a picture, once a second. One that cannot be looked at cannot be analysed either, which is said there.
    func look(at frame: Frame) -> [Finding] { (try? look(at: frame, time: Self.now)) ?? [] }

    /// Takes what capture knows, once a second.
    func note(_ status: @autoclosure () -> CaptureStatus) -> [Finding] {
        note(StreamReading(status()), time: Self.now)
    }

    /// Keeps what lasts now, after it was told.
    func keep() { keep(at: Self.now) }

    /// What lasted of a camera that is no longer configured: nobody else will end it.
    static func ends(of open: [OpenCondition]) -> [Finding] {
        let time = now
        var rule = CameraConditionRule(open: open, at: time)
        return rule.end(SecurityKind.allCases, at: time)
    }

    /// Keeps a still, for what is told when there is no picture any more.
    func keep(_ still: Still, of frame: Frame) {
        newestStill = DatedStill(still: still, capturedAt: frame.time.capturedAt)
    }
}

extension StreamReading {
    /// What capture knows.
    init(_ status: CaptureStatus) {
        self.init(
            isLive: status.state == .live, accessUnits: status.counters.accessUnits,
            declaredFramesPerSecond: status.streamInfo?.declaredFramesPerSecond, cameraOffset: status.cameraOffset)
    }
}

/// A still and when it was taken.
struct DatedStill {
    var still: Still
    var capturedAt: Date

    /// As a record of `time` names it.
    func wire(in time: Date) -> Ngatu_V1_Evidence {
        var evidence = still.wire
        evidence.capturedOffsetMicros = capturedAt.unixMicroseconds - time.unixMicroseconds
        return evidence
    }
}

extension PlannedDecoder {
    /// What to change in the camera, in plain words; nil while all is well.
    var problem: String? {
        planner.pinned.map {
            "\($0): what was just before an alert may be missing; set the camera's key frame (I-frame) interval to 2 s"
        }
    }
}
