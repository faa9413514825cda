import EdgeCore
import EdgeRules
import EdgeTracking
import EdgeVision
import EventModel
import Foundation
import SiteCalibration

/// Frame → motion → network → tracks → rules, for one camera, one frame at a time.
///
/// The same pipeline serves the live agent and the offline commands. One thread.
struct AnalysisPipeline: ~Copyable {
    /// What the newest frame gave.
    private(set) var findings: [Finding] = []
    /// The minutes that ended with the newest frame.
    private(set) var flows: [LineFlow] = []
    /// The minutes of crowd zones that ended with the newest frame.
    private(set) var crowdMinutes: [CrowdMinute] = []
    /// All tracks of the newest frame.
    private(set) var scene: Scene
    /// Why the geometry cannot be used on this stream; nil while all is well. The camera is then watched, not judged.
    private(set) var siteProblem: SiteError?
    /// The network's part, and what it has done so far; nil where motion works alone.
    private(set) var detection: CameraDetection?
    /// Why the network could not look at the newest frame; it was analysed without.
    private(set) var detectionProblem: VisionError?

    private let camera: CameraID
    private let site: SiteFile?
    private var motion: MotionDetector
    private let sentinel: Sentinel
    private var tracker: Tracker
    private var rules: RuleSet
    private var sampler: FlowSampler
    private var crowd: CrowdWatch?
    private var crowdSampler = CrowdSampler(zones: [])
    private var session = 0

    /// - Parameters:
    ///   - detection: names what moves; nil: everything stays `moving`.
    ///   - crowd: counts the people in crowd zones; nil: nobody does.
    ///   - firstTrack: identities of tracks count up from here.
    ///   - firstSituation: numbers of alerts count up from here.
    init(
        camera: CameraID, site: SiteFile?, detection: CameraDetection? = nil, crowd: CrowdWatch? = nil,
        firstTrack: UInt64 = 1, firstSituation: UInt64 = 1
    ) throws(VisionError) {
        let motion = try MotionDetector(configuration: MotionConfiguration(masksOf: site))
        let sentinel = try Sentinel(MotionConfiguration(masksOf: site))
        self.init(camera, site, motion, sentinel, firstTrack: firstTrack, firstSituation: firstSituation)
        self.detection = detection
        self.crowd = crowd
    }

    private init(
        _ camera: CameraID, _ site: SiteFile?, _ motion: consuming MotionDetector, _ sentinel: Sentinel,
        firstTrack: UInt64, firstSituation: UInt64
    ) {
        self.camera = camera
        self.site = site
        self.motion = motion
        self.sentinel = sentinel
        let nothing = Site(camera: camera, size: FrameSize(width: 0, height: 0))
        tracker = Tracker(firstIdentity: firstTrack)
        rules = RuleSet(site: nothing, firstSituation: firstSituation)
        sampler = FlowSampler(lines: [])
        let never = FrameTime(presentation: .zero, capturedAt: .distantPast, clock: .arrival)
        scene = Scene(camera: camera, time: never, size: nothing.size, tracks: [])
    }

    /// Whether anything moves in the picture.
    var motionState: MotionState { motion.state }

    /// Whether pictures must keep coming: something is followed that travels, or may yet.
    var isBusy: Bool {
        scene.tracks.contains { $0.state != .removed && ($0.travels || $0.mayTravel(in: scene.size)) }
    }

    /// Whether anything moves in a picture of an idle camera. A still picture is analysed at once; one that shows
    /// something is not: it comes again after those before it.
    ///
    /// - Throws: ``VisionError``: this frame is to be dropped.
    mutating func look(at frame: Frame) throws(VisionError) -> Bool {
        forgetResults()
        if try sentinel.look(at: frame) { return true }
        try analyse(frame)
        return false
    }

    /// Takes the next frame; the results are ``findings``, ``flows`` and ``scene``.
    ///
    /// - Throws: ``VisionError``: this frame is to be dropped.
    mutating func analyse(_ frame: Frame) throws(VisionError) {
        forgetResults()
        if frame.session != session { begin(frame) }
        if frame.size != scene.size { adopt(frame.size) }
        let crowds = try crowd?.look(at: frame) ?? []  // first: of a frame that is refused nothing is learned
        try motion.update(with: frame)
        try sentinel.keepUp(with: frame)
        scene.time = frame.time
        askNetwork(about: frame)
        scene.tracks = tracker.update(
            with: motion.detections, named: detection?.detections ?? [], lookedAt: detection?.parts ?? [],
            at: frame.time.presentation)
        scene.crowds = crowds
        sentinel.note(scene)
        findings += rules.evaluate(scene)
        flows += sampler.update(with: findings, at: frame.time)
        crowdMinutes += crowdSampler.update(with: scene)
    }

    private mutating func forgetResults() {
        findings.removeAll(keepingCapacity: true)
        flows.removeAll(keepingCapacity: true)
        crowdMinutes.removeAll(keepingCapacity: true)
    }

    /// Ends open situations and the minute that has begun, as at the end of a stream.
    mutating func finish() {
        findings = rules.reset(at: scene.time)
        flows = sampler.finish()
        crowdMinutes = crowdSampler.finish()
    }

    /// A network that fails takes nothing away from what motion sees.
    private mutating func askNetwork(about frame: Frame) {
        detectionProblem = nil
        do throws(VisionError) {
            try detection?.look(at: frame, tracker.unnamed(at: frame.time.presentation))
        } catch { detectionProblem = error }
    }

    private mutating func begin(_ frame: Frame) {
        if session != 0 { findings += rules.reset(at: scene.time) }
        tracker.reset()
        detection?.reset()
        sampler.reset()
        crowd?.reset()
        session = frame.session
    }

    private mutating func adopt(_ size: FrameSize) {
        findings += rules.reset(at: scene.time)
        flows += sampler.finish()
        crowdMinutes += crowdSampler.finish()
        var configuration = TrackerConfiguration()
        configuration.frameSize = size
        tracker = Tracker(configuration: configuration, firstIdentity: tracker.nextIdentity)
        let geometry = resolved(for: size)
        rules = RuleSet(site: geometry, firstSituation: rules.nextSituation)
        sampler = FlowSampler(lines: geometry.countingLines.map(\.id))
        crowd?.adopt(geometry.zones(.crowd))
        crowdSampler = CrowdSampler(zones: geometry.zones(.crowd).map(\.id))
        scene.size = size
    }

    private mutating func resolved(for size: FrameSize) -> Site {
        let nothing = Site(camera: camera, size: size)
        guard let site else { return nothing }
        do throws(SiteError) {
            siteProblem = nil
            return try site.resolve(for: size)
        } catch {
            siteProblem = error
            return nothing
        }
    }
}

extension MotionConfiguration {
    /// The defaults, with the masks of a site.
    init(masksOf site: SiteFile?) {
        self.init()
        masks = site?.zones.filter { $0.kind == .mask }.map(\.polygon.points) ?? []
        maskFrameSize = site?.frame
    }
}
