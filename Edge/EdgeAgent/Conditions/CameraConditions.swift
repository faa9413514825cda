import EdgeCore
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import SiteCalibration

/// Watches whether one camera still sees what it should: looks at its picture once a second, and at what is known of
/// its stream. One thread.
///
/// A class because a meter cannot be copied.
final class CameraConditions {
    /// How often one looks.
    static let interval: Duration = .seconds(1)

    private let camera: CameraID
    private let site: String
    private let memory: ViewFolder?
    private var meter: PictureConditionMeter
    private var rule: CameraConditionRule
    /// The newest still that was made of this camera.
    var newestStill: DatedStill?
    private var toldSession: Int?
    private var lookedAt: Duration?
    private var askedAt: Duration?

    /// - Parameters:
    ///   - site: the geometry; its masks say nothing about the picture.
    ///   - siteStamp: what tells its content from another.
    ///   - memory: where views and lasting conditions are kept; nil: nowhere.
    ///   - time: now, by the clock of the caller.
    init(
        camera: CameraID, site: SiteFile?, siteStamp: String, memory: ViewFolder?, firstSituation: UInt64,
        at time: FrameTime
    ) throws(VisionError) {
        self.camera = camera
        self.site = siteStamp
        self.memory = memory
        let motion = MotionConfiguration(masksOf: site)
        var configuration = PictureConditionConfiguration()
        configuration.masks = motion.masks
        configuration.maskFrameSize = motion.maskFrameSize
        meter = try PictureConditionMeter(
            configuration: configuration, views: memory?.views(of: camera, site: siteStamp) ?? [])
        rule = CameraConditionRule(
            firstSituation: firstSituation, open: memory?.conditions(of: camera) ?? [], at: time)
    }

    /// What lasts now.
    func open(at time: FrameTime) -> [OpenCondition] { rule.open(at: time) }

    /// Looks at a picture, once a second.
    ///
    /// - Parameter time: now, by the clock of the caller.
    /// - Throws: ``VisionError``: this frame cannot be looked at.
    func look(at frame: Frame, time: FrameTime) throws(VisionError) -> [Finding] {
        if let lookedAt, time.presentation - lookedAt < Self.interval { return [] }
        lookedAt = time.presentation
        let findings = rule.update(with: try meter.look(at: frame), at: time)
        if !rule.mayLearn {
            meter.interrupt()
        } else if let view = try meter.learn(at: time.capturedAt, site: site) {
            memory?.keep(view, of: camera)
        }
        return remember(findings, at: time)
    }

    /// Takes what is known of the stream, once a second.
    func note(_ reading: @autoclosure () -> StreamReading, time: FrameTime) -> [Finding] {
        if let askedAt, time.presentation - askedAt < Self.interval { return [] }
        askedAt = time.presentation
        return remember(rule.update(with: reading(), at: time), at: time)
    }

    /// Whether a problem of a session was not told yet.
    func isNews(inSession session: Int) -> Bool {
        defer { toldSession = session }
        return toldSession != session
    }

    private func remember(_ findings: [Finding], at time: FrameTime) -> [Finding] {
        if !findings.isEmpty { memory?.keep(rule.open(at: time), of: camera) }
        return findings
    }
}
