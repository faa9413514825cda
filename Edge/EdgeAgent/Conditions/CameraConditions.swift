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
    /// So many looks without a view of that shape end what only a comparison could.
    static let looksWithoutViews = 120

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
    /// Ends that were found at the start, until they are told.
    private var untold: [Finding] = []
    private var looksWithoutPlace = 0
    private var looksWithoutSharpness = 0

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
        let views = memory?.views(of: camera, site: siteStamp) ?? []
        meter = try PictureConditionMeter(configuration: configuration, views: views)
        let known = memory?.conditions(of: camera)
        rule = CameraConditionRule(firstSituation: firstSituation, open: known?.open ?? [], at: time)
        // Who calibrates anew, or deletes the views, says that this is the place now.
        if views.isEmpty || known?.site != siteStamp { untold = rule.end([.cameraMoved, .cameraBlurred], at: time) }
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
        var findings = rule.update(with: try meter.look(at: frame), at: time)
        findings += endWhatHasNoViews(at: time)
        if !rule.mayLearn {
            meter.interrupt()
        } else if let view = try meter.learn(at: time.capturedAt, site: site) {
            memory?.keep(view, of: camera)
        }
        return findings
    }

    /// Takes what is known of the stream, once a second.
    func note(_ reading: @autoclosure () -> StreamReading, time: FrameTime) -> [Finding] {
        if let askedAt, time.presentation - askedAt < Self.interval { return [] }
        askedAt = time.presentation
        defer { untold = [] }
        return untold + rule.update(with: reading(), at: time)
    }

    /// Whether a problem of a session was not told yet.
    func isNews(inSession session: Int) -> Bool {
        defer { toldSession = session }
        return toldSession != session
    }

    /// Keeps what lasts now. To be called when what was found is in the outbox: an end that is told twice does no harm,
    /// one that is never told leaves an alert open for ever.
    func keep(at time: FrameTime) { memory?.keep(rule.open(at: time), of: camera, site: site) }

    /// A stream of another shape, or without the views of this one: nothing could be compared ever again, as nothing is
    /// learned while a camera is moved or blurred.
    private func endWhatHasNoViews(at time: FrameTime) -> [Finding] {
        looksWithoutPlace = meter.knowsPlace ? 0 : looksWithoutPlace + 1
        looksWithoutSharpness = meter.knowsSharpness ? 0 : looksWithoutSharpness + 1
        return (looksWithoutPlace >= Self.looksWithoutViews ? rule.end([.cameraMoved], at: time) : [])
            + (looksWithoutSharpness >= Self.looksWithoutViews ? rule.end([.cameraBlurred], at: time) : [])
    }
}
