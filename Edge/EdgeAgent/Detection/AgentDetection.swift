import EdgeCore
import EdgeVision
import EventModel
import Foundation
import Logging

/// The network of a running agent: one for all cameras, with the budget that they share.
struct AgentDetection: Sendable {
    /// Says how a camera's pictures are looked at.
    let detector: ObjectDetector
    private let budget: DetectorBudget

    /// Reads the configured detector, or the one that came with the agent.
    ///
    /// - Returns: nil, and why, where there is none; nil and no reason where none is wanted.
    /// - Throws: ``ConfigurationError`` or ``VisionError`` where there is one that is not what it should be: to go on with
    ///   another than the operator means would be worse than to stop.
    static func load(
        _ configuration: AgentConfiguration.Detector, logger: Logger
    ) throws -> (detection: AgentDetection?, problem: String?) {
        guard configuration.isEnabled else { return (nil, nil) }
        let path: String
        if let named = configuration.model?.path {
            path = named
        } else {
            do { path = try ModelFolder.detector() } catch {
                logger.warning("there is no trained detector", metadata: ["problem": "\(error)"])
                return (nil, "there is no trained detector, so nothing is named: \(error)")
            }
        }
        let detector = try ObjectDetector(model: ModelFile.load(path))
        logger.notice("detector ready", metadata: ["model": "\(detector.model.id.rawValue)"])
        let budget = DetectorBudget(millisecondsPerSecond: configuration.millisecondsPerSecond)
        return (AgentDetection(detector: detector, budget: budget), nil)
    }

    /// What a camera's analysis looks with.
    func camera(_ camera: CameraID) -> CameraDetection {
        CameraDetection(camera: camera, detector: detector, budget: budget, clock: .host)
    }
}

/// Tells when the network's share of the processor is too small for what the cameras see, in words for an operator.
struct DetectionShortage {
    private var told: [CameraID: CameraLoad.Detection] = [:]

    /// What is to be said now; nil while nearly all that was due was looked at.
    mutating func problem(_ loads: [(camera: CameraID, load: CameraLoad)]) -> String? {
        var late: [String] = []
        for (camera, load) in loads {
            let before = told[camera] ?? CameraLoad.Detection()
            told[camera] = load.detection
            let short = load.detection.shortPictures - min(before.shortPictures, load.detection.shortPictures)
            let looks = load.detection.looks - min(before.looks, load.detection.looks)
            // A crowd that appears at once is looked at over some pictures: that is no shortage.
            if short > 20, short > looks { late.append("\(camera)") }
        }
        guard !late.isEmpty else { return nil }
        return "the detector looks less often than it should (raise detector.milliseconds-per-second, or use fewer "
            + "cameras or a faster box): \(late.joined(separator: ", "))"
    }
}
