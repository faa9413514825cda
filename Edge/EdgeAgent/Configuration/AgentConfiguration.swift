import EdgeAPI
import EdgeCapture
import EventModel
import Foundation
import SiteCalibration
import Yams

/// Everything an agent reads from its configuration file. Relative paths are relative to that file.
struct AgentConfiguration: Sendable {
    /// One camera.
    struct Camera: Sendable {
        var source: CaptureSource
        /// A second, smaller stream of the camera, which is analysed instead; nil: there is none.
        var substream: CaptureSource?
        /// The measured geometry; nil: motion only, nothing is counted.
        var site: SiteFile?
        /// Tells the content of the site file from another; empty without one.
        var siteStamp = ""
        /// What is decoded of it.
        var decoding = DecodePlanner.Configuration()
        /// Whether it is recorded, where anything is.
        var isRecorded = true
    }

    /// Where recordings go, and how long they stay.
    struct Recording: Sendable {
        var folder: URL
        /// Days after which a recording is deleted.
        var days: Double
        /// Most bytes of all recordings; nil: as much as the disk holds.
        var limit: Int?
        /// Free space on the disk that is left to others.
        var reserve: Int
    }

    /// The trained detector that names what moves.
    struct Detector: Sendable {
        var isEnabled = true
        /// Its model.json; nil: the one that came with the agent.
        var model: URL?
        /// CPU milliseconds a second that it may take for all cameras together.
        var millisecondsPerSecond = 500.0
    }

    /// What the agent calls itself when it enrols.
    var name: String
    /// Key, spool and evidence live here.
    var dataDirectory: URL
    /// Most bytes of records that wait for the collector.
    var spoolLimit: Int
    /// Most bytes of evidence that wait for the collector.
    var evidenceLimit: Int
    /// Most bytes a second on the line, averaged; alerts may run ahead of it. Nil: as fast as the line carries.
    var bytesPerSecond: Int?
    /// A file of certificates (PEM) to trust beside the system's, for a collector with its own.
    var collectorCertificates: URL?
    /// Nil: nothing is recorded.
    var recording: Recording?
    var detector = Detector()
    /// Nil: no API.
    var api: APIConfiguration?
    var cameras: [Camera]

    /// Reads and checks a file.
    ///
    /// - Throws: ``ConfigurationError`` with every mistake and its line.
    static func load(_ file: String) throws -> AgentConfiguration {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw ConfigurationError(
                file: file,
                problems: [.init(keyPath: "", text: "cannot be read: is the path right, and is it UTF-8 text?")])
        }
        return try parse(text, file: file)
    }

    static func parse(_ text: String, file: String) throws -> AgentConfiguration {
        let problems = YAMLSection.Problems()
        let root = try rootSection(of: text, file: file, problems: problems)
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        let configuration = read(root, folder: folder)
        guard problems.list.isEmpty, let configuration else {
            throw ConfigurationError(file: file, problems: problems.list)
        }
        return configuration
    }

    private static func rootSection(of text: String, file: String, problems: YAMLSection.Problems) throws -> YAMLSection
    {
        do {
            guard let mapping = try Yams.compose(yaml: text)?.mapping else {
                throw ConfigurationError(
                    file: file,
                    problems: [.init(keyPath: "", text: "is empty; it wants the sections 'agent' and 'cameras'")])
            }
            return YAMLSection(mapping, keyPath: "", problems: problems)
        } catch let error as YamlError {
            throw ConfigurationError(file: file, problems: [.init(error)])
        }
    }

    private static func read(_ root: YAMLSection, folder: URL) -> AgentConfiguration? {
        let agent = root.required("agent", root.section("agent"), "it names the agent and its data folder")
        let recording = root.section("recording").flatMap { self.recording($0, folder: folder) }
        let detector = root.section("detector", orEmpty: true).map { self.detector($0, folder: folder) }
        let api = root.section("api", orEmpty: true).map { self.api($0, folder: folder) }
        let sections = root.sections("cameras")
        let cameras = sections.map { camera($0, folder: folder) }
        root.finish()
        if sections.isEmpty { _ = root.fail("cameras", "names no camera; add at least one", at: nil) as Never? }
        noteDoubledCameras(cameras, in: sections)
        guard let agent, let settings = self.agent(agent, folder: folder) else { return nil }
        var configuration = settings
        configuration.recording = recording
        configuration.detector = detector ?? Detector()
        configuration.api = api
        configuration.cameras = cameras.compactMap(\.self)
        return configuration
    }

    private static func detector(_ section: YAMLSection, folder: URL) -> Detector {
        var detector = Detector()
        detector.isEnabled = section.flag("enabled") ?? true
        detector.model = section.string("model").map { URL(fileURLWithPath: $0, relativeTo: folder) }
        detector.millisecondsPerSecond =
            section.number("milliseconds-per-second", in: 10...8_000, unit: "milliseconds") ?? 500
        section.finish()
        return detector
    }

    private static func agent(_ section: YAMLSection, folder: URL) -> AgentConfiguration? {
        let name = section.required("name", section.string("name"), "what people will call this agent")
        let data = section.required("data", section.string("data"), "a folder for key, spool and evidence")
        let configuration = AgentConfiguration(
            name: name ?? "", dataDirectory: URL(fileURLWithPath: data ?? "", relativeTo: folder),
            spoolLimit: section.byteCount("spool-limit", atLeast: 10_000_000) ?? 2_000_000_000,
            evidenceLimit: section.byteCount("evidence-limit", atLeast: 10_000_000) ?? 8_000_000_000,
            bytesPerSecond: section.byteCount("bytes-per-second", atLeast: 1_000),
            collectorCertificates: section.string("collector-certificates").map {
                URL(fileURLWithPath: $0, relativeTo: folder)
            }, cameras: [])
        section.finish()
        return name == nil || data == nil ? nil : configuration
    }

    private static func recording(_ section: YAMLSection, folder: URL) -> Recording? {
        let place = section.required("folder", section.string("folder"), "where the recordings go")
        let recording = Recording(
            folder: URL(fileURLWithPath: place ?? "", relativeTo: folder),
            days: section.number("days", in: 0.05...3_650, unit: "days") ?? 7,
            limit: section.byteCount("limit", atLeast: 100_000_000),
            reserve: section.byteCount("reserve", atLeast: 0) ?? 2_000_000_000)
        section.finish()
        return place == nil ? nil : recording
    }

    private static func noteDoubledCameras(_ cameras: [Camera?], in sections: [YAMLSection]) {
        var seen: Set<CameraID> = []
        for (camera, section) in zip(cameras, sections) {
            guard let id = camera?.source.camera, !seen.insert(id).inserted else { continue }
            _ = section.fail("id", "'\(id)' names two cameras; every camera needs its own id", at: nil) as Never?
        }
    }
}

extension ConfigurationError.Problem {
    init(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, keyPath: "", text: "not valid YAML: \(problem)")
        default:
            self.init(line: nil, keyPath: "", text: "not valid YAML: \(error)")
        }
    }
}
