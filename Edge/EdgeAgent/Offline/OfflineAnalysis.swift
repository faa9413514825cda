import EdgeCapture
import EdgeCore
import EdgeRecording
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import SiteCalibration

/// Runs the pipeline over a file and prints what it finds: over every frame, or as a running camera would be decoded.
struct OfflineAnalysis {
    var input: String
    var camera: CameraID
    var site: SiteFile?
    var startTime: Date?
    var evidenceFolder: URL?
    /// Names what moves; nil: everything stays `moving`.
    var detector: ObjectDetector?
    /// CPU milliseconds of the network for each second of video, a pass taken for 10.
    var detectorBudget = 500.0
    var decoding = DecodePlanner.Configuration()
    var printsTracks = false
    var printsMotion = false
    var mayBeRough = false

    /// - Throws: ``CaptureError`` where the file cannot be read, `SiteError` where the geometry does not fit it, and what
    ///   writing throws.
    func run() throws {
        var source = CaptureSource(camera: camera, locator: .file(input))
        source.startTime = startTime ?? Self.currentMinute
        source.mayBeRough = mayBeRough
        let supply = try OfflineFrames(source, decoding)
        var pipeline = try AnalysisPipeline(
            camera: camera, site: site, detection: detection, crowd: .forFile(site))
        let conditions = try CameraConditions(camera: camera, site: site, start: source.startTime ?? Date())
        var lines = JSONLines()
        var stills = try evidenceFolder.map { try StillFolder($0) }
        let began = ContinuousClock.now
        var progress = Progress()
        while let output = try supply.next() {
            if let frame = output.frame { try look(at: frame, conditions, &stills, &lines) }
            try analyse(output, supply, &pipeline, &stills, &progress, &lines)
        }
        pipeline.finish()
        var nothing: StillFolder?
        try print(pipeline, frame: nil, stills: &nothing, to: &lines)
        let looks = pipeline.detection?.lookCount
        try lines.write(summary(supply.counters, progress, wall: ContinuousClock.now - began, looks: looks))
        try lines.flush()
    }

    private var detection: CameraDetection? {
        detector.map {
            CameraDetection(
                camera: camera, detector: $0, budget: DetectorBudget(millisecondsPerSecond: detectorBudget),
                clock: .stream)
        }
    }

    /// Without a start time minutes are counted from the first frame: it is taken for the beginning of a minute.
    private static var currentMinute: Date {
        Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 60).rounded(.down) * 60)
    }

    /// What has to be remembered from frame to frame.
    private struct Progress {
        var analysed = 0
        var skipped = 0
        var last = Duration.zero
        var motion = MotionState.quiet
    }

    /// What is wrong with the camera itself. What lasts at the end of the file is not ended by it.
    private func look(
        at frame: Frame, _ conditions: CameraConditions, _ stills: inout StillFolder?, _ lines: inout JSONLines
    ) throws {
        // A picture that cannot be looked at cannot be analysed either, which is said there.
        for finding in (try? conditions.look(at: frame, time: frame.time)) ?? [] {
            let still = try stills?.still(of: frame)
            let line = AnalysisLine(finding, evidence: still.map { [.init(role: "still", sha256: $0)] })
            try lines.write(line, at: line.time)
        }
    }

    private func analyse(
        _ output: PlannedDecoder.Output, _ supply: OfflineFrames, _ pipeline: inout AnalysisPipeline,
        _ stills: inout StillFolder?, _ progress: inout Progress, _ lines: inout JSONLines
    ) throws {
        switch output {
        case .timeout, .closed: return
        case .frame(let frame):
            try analyse(frame, &stills, &progress, &lines, &pipeline) {
                (pipeline: inout AnalysisPipeline) throws(VisionError) in
                try pipeline.analyse(frame)
            }
            supply.decoder.analysed(isBusy: pipeline.isBusy)
        case .look(let frame):
            var isMoving = false
            try analyse(frame, &stills, &progress, &lines, &pipeline) {
                (pipeline: inout AnalysisPipeline) throws(VisionError) in
                isMoving = try pipeline.look(at: frame)
            }
            supply.decoder.looked(isMoving: isMoving)
        }
    }

    private func analyse(
        _ frame: Frame, _ stills: inout StillFolder?, _ progress: inout Progress, _ output: inout JSONLines,
        _ pipeline: inout AnalysisPipeline, _ step: (inout AnalysisPipeline) throws(VisionError) -> Void
    ) throws {
        progress.last = max(progress.last, frame.time.presentation)
        do throws(VisionError) { try step(&pipeline) } catch {
            progress.skipped += 1
            try print(pipeline, frame: nil, stills: &stills, to: &output)
            return
        }
        if let problem = pipeline.siteProblem { throw problem }
        progress.analysed += 1
        try print(pipeline, frame: frame, stills: &stills, to: &output)
        guard printsMotion, pipeline.motionState != progress.motion else { return }
        progress.motion = pipeline.motionState
        var line = AnalysisLine(type: "motion", time: frame.time.presentation)
        line.state = progress.motion.rawValue
        try output.write(line, at: line.time)
    }

    private func print(
        _ pipeline: borrowing AnalysisPipeline, frame: Frame?, stills: inout StillFolder?, to output: inout JSONLines
    ) throws {
        for finding in pipeline.findings {
            let moment = frame.flatMap { $0.time == finding.time ? $0 : nil }
            let proof = try moment.flatMap { try stills?.still(of: $0) }
            let line = AnalysisLine(finding, evidence: proof.map { [.init(role: "still", sha256: $0)] })
            try output.write(line, at: line.time)
        }
        let time = pipeline.scene.time.presentation
        for flow in pipeline.flows { try output.write(AnalysisLine(flow, time: time), at: time.seconds) }
        guard let frame else { return }
        for crowd in pipeline.scene.crowds { try output.write(AnalysisLine(crowd, time: time), at: time.seconds) }
        guard printsTracks else { return }
        for track in pipeline.scene.tracks where track.state == .confirmed {
            try output.write(AnalysisLine(track, frame: frame.index, time: time), at: time.seconds)
        }
    }

    private func summary(
        _ counters: CaptureCounters, _ progress: Progress, wall: Duration, looks: UInt64?
    ) -> SummaryLine {
        let seconds = progress.last.seconds
        return SummaryLine(
            time: seconds, framesRead: Int(counters.accessUnits),
            framesDecoded: Int(counters.framesDecoded),
            framesAnalysed: progress.analysed, framesSkipped: progress.skipped, secondsOfVideo: seconds,
            cpuSeconds: ProcessUsage.cpuSeconds, wallSeconds: wall.seconds,
            peakMemoryBytes: ProcessUsage.peakMemoryBytes, decodePath: "software", looks: looks)
    }
}

extension PlannedDecoder.Output {
    fileprivate var frame: Frame? {
        switch self {
        case .frame(let frame), .look(let frame): frame
        case .timeout, .closed: nil
        }
    }
}

extension CameraConditions {
    /// Conditions of a file: nothing is known before it, and nothing is kept.
    fileprivate convenience init(camera: CameraID, site: SiteFile?, start: Date) throws(VisionError) {
        let begin = FrameTime(presentation: .zero, capturedAt: start, clock: .arrival)
        try self.init(camera: camera, site: site, siteStamp: "", memory: nil, firstSituation: 1 << 31, at: begin)
    }
}

/// A file as a camera's ring and decoder see it, but never in a hurry: nothing is dropped.
final class OfflineFrames {
    let decoder: PlannedDecoder
    private let packets: PacketReader
    private let ring: PacketRing

    init(_ source: CaptureSource, _ decoding: DecodePlanner.Configuration) throws(CaptureError) {
        packets = try PacketReader(source: source)
        ring = PacketRing()
        decoder = PlannedDecoder(source: source, ring: ring, configuration: decoding)
        try decoder.decoder.begin(with: packets)
    }

    var counters: CaptureCounters { packets.counters + decoder.decoder.counters }

    /// The next picture; nil at the end.
    func next() throws(CaptureError) -> PlannedDecoder.Output? {
        while true {
            switch try decoder.next(timeout: .zero) {
            case .closed: return nil
            case .timeout: try feed()
            case let output: return output
            }
        }
    }

    private func feed() throws(CaptureError) {
        if let packet = try packets.next() { ring.append(packet) } else { ring.close() }
    }
}
