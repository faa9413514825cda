import ArgumentParser
import EdgeCapture
import EdgeVision
import EventModel
import Foundation
import SiteCalibration

/// `edge-agent analyze`: one file, one JSON object a line.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Analyses a video file and prints what happens in it, one JSON object a line.")

    @Option(help: ArgumentHelp("The video file.", valueName: "video"))
    var input: String

    @Option(help: ArgumentHelp("The camera's site file (lines, zones).", valueName: "file"))
    var geometry: String?

    @Option(
        help: ArgumentHelp("The agent's configuration; takes the site file of --camera from it.", valueName: "file"))
    var config: String?

    @Option(help: "The camera of --config that the video belongs to.")
    var camera: String?

    @Option(help: "When the first frame was taken, e.g. 2026-11-20T08:00:00+07:00; schedules need it.")
    var startTime: String?

    @Option(help: ArgumentHelp("Writes evidence stills into this folder, named by SHA-256.", valueName: "folder"))
    var evidence: String?

    @Flag(help: "Decodes as of a running camera: key frames only while nothing moves. Without it, every frame.")
    var adaptive = false

    @Flag(help: "Decodes without the loop filter where key frames come often, as of a running camera: a sixth cheaper.")
    var rough = false

    @Option(help: ArgumentHelp("The model.json of another detector.", valueName: "file"))
    var model: String?

    @Flag(help: "Leaves the network out: everything that moves stays 'moving'.")
    var motionOnly = false

    @Option(help: "CPU milliseconds of the network for each second of video, a pass taken for 10.")
    var detectorMilliseconds = 500.0

    @Flag(help: "Also prints every track of every analysed frame.")
    var tracks = false

    @Flag(help: "Also prints when motion begins and ends.")
    var motion = false

    func validate() throws {
        if config != nil, camera == nil { throw ValidationError("--config wants --camera: which of its cameras?") }
        if config != nil, geometry != nil { throw ValidationError("give --geometry or --config, not both") }
        if motionOnly, model != nil { throw ValidationError("give --model or --motion-only, not both") }
        guard (0...10_000).contains(detectorMilliseconds) else {
            throw ValidationError("--detector-milliseconds wants 0 to 10000")
        }
        if let startTime, Self.date(startTime) == nil {
            throw ValidationError("--start-time '\(startTime)' is not a time such as 2026-11-20T08:00:00+07:00")
        }
    }

    func run() throws {
        let site: SiteFile?
        let detector: ObjectDetector?
        do {
            site = try siteFile()
            detector = try motionOnly ? nil : ObjectDetector(model: ModelFile.load(model ?? ModelFolder.detector()))
        } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
        var analysis = OfflineAnalysis(
            input: input, camera: site?.camera ?? CameraID.unnamed, site: site, startTime: startTime.flatMap(Self.date),
            evidenceFolder: evidence.map { URL(fileURLWithPath: $0) }, printsTracks: tracks, printsMotion: motion)
        analysis.mayBeRough = rough
        analysis.detector = detector
        analysis.detectorBudget = detectorMilliseconds
        analysis.decoding.mode = adaptive ? .adaptive : .always
        do { try analysis.run() } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
    }

    private func siteFile() throws -> SiteFile? {
        if let geometry { return try SiteFile.load(geometry) }
        guard let config, let camera else { return nil }
        let cameras = try AgentConfiguration.load(config).cameras
        guard let match = cameras.first(where: { $0.source.camera.rawValue == camera }) else {
            let known = cameras.map(\.source.camera.rawValue).joined(separator: ", ")
            throw ConfigurationText("\(config): has no camera '\(camera)'; it has \(known)")
        }
        return match.site
    }

    private static func date(_ text: String) -> Date? {
        try? Date(text, strategy: .iso8601)  // the caller says what form is wanted
    }
}

extension CameraID {
    /// The camera of a file that no site file names.
    static var unnamed: CameraID {
        guard let id = CameraID(rawValue: "camera") else { preconditionFailure("'camera' is a valid id") }
        return id
    }
}
