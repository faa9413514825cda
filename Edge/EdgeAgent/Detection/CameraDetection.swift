import EdgeCore
import EdgeTracking
import EdgeVision
import EventModel

/// The network's part in the analysis of one camera: looks at what moves, as often as the budget allows. One thread.
struct CameraDetection {
    /// Most looks at one picture: a picture must not wait for the network for long.
    private static let mostLooks = 4

    /// What the network found in the newest picture.
    private(set) var detections: [Detection] = []
    /// The parts of the newest picture that it looked at.
    private(set) var parts: [BoundingBox] = []
    /// Looks so far.
    private(set) var lookCount: UInt64 = 0
    /// Pictures so far in which something due was not looked at, for want of budget.
    private(set) var shortCount: UInt64 = 0

    private let camera: CameraID
    private let detector: ObjectDetector
    private let budget: DetectorBudget
    private let clock: DetectionClock
    private var schedule: LookSchedule
    /// Looks that may be taken now; gathers with time.
    private var allowance = 0.0
    private var lastTime: Duration?

    init(camera: CameraID, detector: ObjectDetector, budget: DetectorBudget, clock: DetectionClock) {
        self.camera = camera
        self.detector = detector
        self.budget = budget
        self.clock = clock
        schedule = LookSchedule(regionSide: detector.model.region.width)
    }

    /// Looks at a picture where anything in it is due.
    ///
    /// - Throws: ``VisionError``: the picture is to be dropped.
    mutating func look(at frame: Frame, _ tracks: [UnnamedTrack]) throws(VisionError) {
        detections.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        let time = frame.time.presentation
        let subjects = tracks.map(\.subject)
        let isWanted = subjects.contains { schedule.isDue($0, at: time) }
        gather(until: time, isWanted: isWanted)
        guard isWanted else { return }
        let looks = schedule.looks(
            at: subjects, time: time, size: frame.size, limit: min(Self.mostLooks, Int(allowance)))
        if schedule.isShort { shortCount += 1 }
        guard !looks.isEmpty else { return }
        allowance -= Double(looks.count)
        try run(looks, frame)
    }

    /// Stream time begins anew.
    mutating func reset() { lastTime = nil }

    private mutating func run(_ looks: [DetectorLook], _ frame: Frame) throws(VisionError) {
        let before = ProcessUsage.threadCPUTime
        try detector.detect(in: frame.image, looks, into: &detections)
        if clock.measuresCost { budget.note(cost: ProcessUsage.threadCPUTime - before, looks: looks.count) }
        lookCount += UInt64(looks.count)
        for look in looks { parts.append(look.part) }
    }

    private mutating func gather(until time: Duration, isWanted: Bool) {
        let elapsed = lastTime.map { min(max(.zero, time - $0), .seconds(1)) } ?? .seconds(1)
        lastTime = time
        guard isWanted else {
            // What was not needed is kept for one picture's looks, no more.
            allowance = min(allowance + elapsed.seconds * Double(Self.mostLooks), Double(Self.mostLooks))
            return
        }
        let rate = budget.share(of: camera, now: clock.now(time)).looksPerSecond
        allowance = min(allowance + elapsed.seconds * rate, Double(Self.mostLooks))
    }
}

/// Which time the budget runs on.
enum DetectionClock {
    /// Running cameras share the host's.
    case host
    /// A file has its own, and its results must not depend on how fast the machine is.
    case stream

    /// Whether passes are timed.
    var measuresCost: Bool { self == .host }

    /// The moment that all who share the budget agree about.
    func now(_ streamTime: Duration) -> Duration {
        switch self {
        case .host: ContinuousClock.now - Self.start
        case .stream: streamTime
        }
    }

    private static let start = ContinuousClock.now
}

extension UnnamedTrack {
    fileprivate var subject: LookSubject {
        LookSubject(box: box, lookCount: lookCount, lookedAt: lookedAt, isStill: isStill)
    }
}
