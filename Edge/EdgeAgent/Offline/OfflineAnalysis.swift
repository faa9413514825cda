import EdgeCapture
import EdgeCore
import EdgeRecording
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import SiteCalibration

/// Runs the pipeline over a file, every frame, and prints what it finds.
struct OfflineAnalysis {
    var input: String
    var camera: CameraID
    var site: SiteFile?
    var startTime: Date?
    var evidenceFolder: URL?
    var printsTracks = false
    var printsMotion = false

    /// - Throws: ``CaptureError`` where the file cannot be read, `SiteError` where the geometry does not fit it, and what
    ///   writing throws.
    func run() throws {
        var source = CaptureSource(camera: camera, locator: .file(input))
        source.startTime = startTime ?? Self.currentMinute
        let reader = try FrameReader(source: source)
        var pipeline = try AnalysisPipeline(camera: camera, site: site)
        var output = JSONLines()
        var stills = try evidenceFolder.map { try StillFolder($0) }
        let began = ContinuousClock.now
        var progress = Progress()
        while let frame = try reader.next() {
            try analyse(frame, &pipeline, &stills, &progress, &output)
        }
        pipeline.finish()
        var nothing: StillFolder?
        try print(pipeline, frame: nil, stills: &nothing, to: &output)
        try output.write(summary(reader, progress: progress, wall: ContinuousClock.now - began))
        try output.flush()
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

    private func analyse(
        _ frame: Frame, _ pipeline: inout AnalysisPipeline, _ stills: inout StillFolder?, _ progress: inout Progress,
        _ output: inout JSONLines
    ) throws {
        progress.last = frame.time.presentation
        do throws(VisionError) { try pipeline.analyse(frame) } catch {
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
        guard printsTracks, let frame else { return }
        for track in pipeline.scene.tracks where track.state == .confirmed {
            try output.write(AnalysisLine(track, frame: frame.index, time: time), at: time.seconds)
        }
    }

    private func summary(_ reader: FrameReader, progress: Progress, wall: Duration) -> SummaryLine {
        let seconds = progress.last.seconds
        return SummaryLine(
            time: seconds, framesRead: Int(reader.counters.accessUnits),
            framesDecoded: Int(reader.counters.framesDecoded),
            framesAnalysed: progress.analysed, framesSkipped: progress.skipped, secondsOfVideo: seconds,
            cpuSeconds: ProcessUsage.cpuSeconds, wallSeconds: wall.seconds,
            peakMemoryBytes: ProcessUsage.peakMemoryBytes, decodePath: "software")
    }
}
