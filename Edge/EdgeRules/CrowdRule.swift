public import EdgeCore
import EventModel
public import SiteCalibration

/// Reports that a crowd zone holds more people than it may.
///
/// Judges looks (`Scene.crowds`), which come once a second at most, not frames. The count decides, not the ends of its
/// interval; looks that are in doubt (too dark, too far) decide nothing, and neither open nor end a situation. The zone's
/// hours count. The situation opens when every look has shown too many for the minimum dwell, and ends when none has for
/// a while, when the zone's hours end, or when the stream breaks. Its interval is from the first look that showed too many
/// to the newest.
public struct CrowdRule: Rule {
    /// The zone, in pixels of the stream.
    public let zone: Zone
    /// How many people it may hold.
    public let maximum: Int
    /// How it judges.
    public let configuration: CrowdConfiguration

    private struct Situation: Sendable {
        var number: UInt64
        var from: Duration
        var lastOver: Duration
        var lastReport: Duration
    }

    /// The first of an unbroken row of looks that showed too many.
    private var overSince: Duration?
    private var situation: Situation?
    private var nextNumber: UInt64 = 1

    /// Makes a rule for a zone in pixels of the stream; nil for one without a maximum: there is nothing to judge.
    public init?(zone: Zone, configuration: CrowdConfiguration = CrowdConfiguration()) {
        guard let maximum = zone.maximumCount else { return nil }
        self.zone = zone
        self.maximum = maximum
        self.configuration = configuration
    }

    /// Judges one scene.
    public mutating func evaluate(_ scene: Scene) -> [Finding] {
        guard zone.schedule?.contains(scene.time.capturedAt) ?? true else { return reset(at: scene.time) }
        guard let look = scene.crowds.first(where: { $0.zone == zone.id }), look.people.doubt == nil else { return [] }
        let isOver = look.people.count > maximum
        return situation == nil ? watch(isOver, at: scene.time) : advance(isOver, at: scene.time)
    }

    /// Ends an open situation.
    public mutating func reset(at time: FrameTime) -> [Finding] {
        overSince = nil
        let findings = report(.ended, at: time)
        situation = nil
        return findings
    }

    private mutating func watch(_ isOver: Bool, at time: FrameTime) -> [Finding] {
        let now = time.presentation
        guard isOver else {
            overSince = nil
            return []
        }
        guard let first = overSince else {
            overSince = now
            return []
        }
        guard now - first >= zone.minimumStay ?? configuration.minimumDwell else { return [] }
        situation = Situation(number: nextNumber, from: first, lastOver: now, lastReport: now)
        nextNumber += 1
        return report(.opened, at: time)
    }

    private mutating func advance(_ isOver: Bool, at time: FrameTime) -> [Finding] {
        let now = time.presentation
        guard var open = situation else { return [] }
        if isOver { open.lastOver = now }
        if now - open.lastOver >= configuration.clearAfter { return reset(at: time) }
        let isDue = isOver && now - open.lastReport >= configuration.updateEvery
        if isDue { open.lastReport = now }
        situation = open
        return isDue ? report(.updated, at: time) : []
    }

    private func report(_ phase: AlertPhase, at time: FrameTime) -> [Finding] {
        guard let situation else { return [] }
        let severity = zone.severity.flatMap { AlertSeverity(rawValue: $0.rawValue) } ?? configuration.severity
        let kind = Finding.Kind.security(.crowd, zone: zone.id, phase: phase, severity: severity)
        let interval = situation.from...max(situation.from, situation.lastOver)
        return [Finding(kind: kind, interval: interval, time: time, subjects: [], situation: situation.number)]
    }
}
