public import EdgeCore
import EventModel
public import Foundation

/// A condition of a camera that lasts: what a restarted agent has to remember.
public struct OpenCondition: Hashable, Sendable {
    /// What is wrong.
    public var kind: SecurityKind
    /// The number of its alert.
    public var situation: UInt64
    /// Since when.
    public var since: Date

    /// Makes a condition.
    public init(kind: SecurityKind, situation: UInt64, since: Date) {
        self.kind = kind
        self.situation = situation
        self.since = since
    }
}

/// Tells when a camera no longer sees what it should: signal lost, picture frozen, covered, blurred, moved, too dark or
/// bright, clock or frame rate off. One situation at a time for each kind, without a zone.
///
/// What hides something else comes first: a picture that is too dark, too bright or covered says nothing of sharpness
/// and place, a blurred one nothing of place, and while the signal is lost nothing is said of the picture at all.
///
/// Times come from one steady clock of the caller (`presentation`), not from the stream, which may be gone.
public struct CameraConditionRule: Sendable {
    /// How it judges.
    public let configuration: CameraConditionConfiguration
    /// The number that the next situation gets.
    public private(set) var nextSituation: UInt64

    private struct Watch: Sendable {
        var timer: ConditionTimer
        var situation: UInt64 = 0
        var from = Duration.zero
    }

    private var watches: [SecurityKind: Watch] = [:]
    var picture = PictureMemory()
    var stream = StreamMemory()

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - firstSituation: where the numbers of situations begin, 1 or more.
    ///   - open: what lasted when the agent ended: it goes on under its number until it is seen to be gone.
    ///   - time: now, where `open` has any.
    public init(
        configuration: CameraConditionConfiguration = CameraConditionConfiguration(), firstSituation: UInt64 = 1,
        open: [OpenCondition] = [], at time: FrameTime? = nil
    ) {
        self.configuration = configuration
        nextSituation = firstSituation
        for (kind, patience) in configuration.patience {
            var watch = Watch(timer: ConditionTimer(openAfter: patience.open, endAfter: patience.end))
            if let known = open.first(where: { $0.kind == kind }), let time {
                watch.timer = ConditionTimer(openAfter: patience.open, endAfter: patience.end, isOpen: true)
                watch.situation = known.situation
                watch.from = time.presentation - .seconds(time.capturedAt.timeIntervalSince(known.since))
            }
            watches[kind] = watch
        }
    }

    /// What lasts now, in the order of ``SecurityKind``.
    public func open(at time: FrameTime) -> [OpenCondition] {
        SecurityKind.allCases.compactMap { kind in
            guard let watch = watches[kind], watch.timer.isOpen else { return nil }
            let since = time.capturedAt.addingTimeInterval((watch.from - time.presentation).inSeconds)
            return OpenCondition(kind: kind, situation: watch.situation, since: since)
        }
    }

    /// Whether the newest picture was a good one, fit to be compared with later.
    public private(set) var mayLearn = false

    /// Takes what a look at the picture showed.
    public mutating func update(with reading: PictureReading, at time: FrameTime) -> [Finding] {
        let findings = judge(reading, at: time)
        let kinds: [SecurityKind] = [.cameraDark, .cameraBright, .cameraCovered, .cameraBlurred, .cameraMoved]
        mayLearn = !kinds.contains(where: isDoubtful) && (reading.lostShare ?? 0) < configuration.lostShare.lowerBound
        picture.note(reading, isGood: mayLearn, at: time.presentation, configuration)
        return findings
    }

    /// Ends what lasts of these kinds and can no longer be seen to be gone.
    ///
    /// - Returns: an end for each that was open.
    public mutating func end(_ kinds: [SecurityKind], at time: FrameTime) -> [Finding] {
        kinds.compactMap { kind in
            guard isOpen(kind) else { return nil }
            watches[kind]?.timer.close()
            return finding(kind, .ended, until: time.presentation, at: time)
        }
    }

    /// Open, or about to.
    func isDoubtful(_ kind: SecurityKind) -> Bool {
        guard let timer = watches[kind]?.timer else { return false }
        return timer.isOpen || timer.isPending
    }

    func isOpen(_ kind: SecurityKind) -> Bool { watches[kind]?.timer.isOpen ?? false }

    /// Takes evidence for one kind.
    mutating func take(
        _ evidence: ConditionTimer.Evidence, _ kind: SecurityKind, at time: FrameTime, from: Duration? = nil
    ) -> [Finding] {
        guard let change = watches[kind]?.timer.update(evidence, at: time.presentation, from: from) else { return [] }
        switch change {
        case .opened(let from):
            watches[kind]?.situation = nextSituation
            watches[kind]?.from = from
            nextSituation += 1
            return [finding(kind, .opened, until: time.presentation, at: time)]
        case .ended(let end): return [finding(kind, .ended, until: end, at: time)]
        }
    }

    private func finding(_ kind: SecurityKind, _ phase: AlertPhase, until: Duration, at time: FrameTime) -> Finding {
        let from = watches[kind]?.from ?? until
        return Finding(
            kind: .security(kind, zone: "", phase: phase, severity: kind.conditionSeverity),
            interval: from...max(from, until), time: time, subjects: [], situation: watches[kind]?.situation ?? 0)
    }
}

extension SecurityKind {
    /// How much a condition matters: who cannot see is worse than who is imprecise.
    fileprivate var conditionSeverity: AlertSeverity {
        switch self {
        case .clockDrift, .frameRateLow: .info
        default: .warning
        }
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
