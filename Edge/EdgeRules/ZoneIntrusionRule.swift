public import EdgeCore
import EventModel
public import SiteCalibration

/// Reports that somebody is where nobody may be: one situation for a zone, from the first that stays to the last that
/// leaves.
///
/// Confirmed tracks count whose ground point is in the zone, of the classes that the zone names (what no network has
/// named, `moving`, always counts: see `Zone.concerns`), in the zone's hours. A ground point on or beyond the edge of
/// the picture is taken just inside, so that a zone that reaches the edge has no blind strip there.
///
/// The situation opens when a track has been inside for the minimum dwell, is updated while it lasts, and ends when
/// the zone has been empty for a while, when its hours end, or when the stream breaks. Its interval is from the
/// entrance of the first to the newest sight of anybody inside. Lost tracks neither keep it open nor open it.
///
/// - Complexity: O(tracks · corners).
public struct ZoneIntrusionRule: Rule {
    /// The zone, in pixels of the stream.
    public let zone: Zone
    /// How it judges.
    public let configuration: ZoneIntrusionConfiguration

    private struct Stay: Sendable {
        var entered: Duration
        var lastInside: Duration
    }

    private struct Situation: Sendable {
        var number: UInt64
        var from: Duration
        var lastInside: Duration
        var lastReport: Duration
        var subjects: [Track]
    }

    private var stays: [TrackID: Stay] = [:]
    private var situation: Situation?
    private var nextNumber: UInt64 = 1

    /// Makes a rule for a zone in pixels of the stream.
    public init(zone: Zone, configuration: ZoneIntrusionConfiguration = ZoneIntrusionConfiguration()) {
        self.zone = zone
        self.configuration = configuration
    }

    /// Judges one scene.
    public mutating func evaluate(_ scene: Scene) -> [Finding] {
        guard zone.schedule?.contains(scene.time.capturedAt) ?? true else {
            stays.removeAll(keepingCapacity: true)
            return end(at: scene.time)
        }
        let inside = noteStays(in: scene)
        if situation == nil { return inside ? open(scene) : [] }
        return advance(scene, isOccupied: inside)
    }

    /// Ends an open situation and forgets who was inside.
    public mutating func reset(at time: FrameTime) -> [Finding] {
        stays.removeAll(keepingCapacity: true)
        return end(at: time)
    }

    /// Follows who is inside since when; returns whether anybody is.
    private mutating func noteStays(in scene: Scene) -> Bool {
        let now = scene.time.presentation
        var isOccupied = false
        for track in scene.tracks where isInside(track, scene) {
            isOccupied = true
            stays[track.id, default: Stay(entered: now, lastInside: now)].lastInside = now
        }
        if stays.values.contains(where: { now - $0.lastInside > configuration.emptyAfter }) {
            stays = stays.filter { now - $0.value.lastInside <= configuration.emptyAfter }
        }
        return isOccupied
    }

    private func isInside(_ track: Track, _ scene: Scene) -> Bool {
        guard track.state == .confirmed, zone.concerns(track.label) else { return false }
        let ground = track.box.bottomCenter
        let x = min(max(ground.x, 0.5), Double(scene.size.width) - 0.5)
        let y = min(max(ground.y, 0.5), Double(scene.size.height) - 0.5)
        return zone.polygon.contains(Point(x: x, y: y))
    }

    private mutating func open(_ scene: Scene) -> [Finding] {
        let now = scene.time.presentation
        let dwell = zone.minimumStay ?? configuration.minimumDwell
        guard let first = stays.values.map(\.entered).min(), now - first >= dwell else { return [] }
        let subjects = subjects(of: scene)
        situation = Situation(number: nextNumber, from: first, lastInside: now, lastReport: now, subjects: subjects)
        nextNumber += 1
        return report(.opened, at: scene.time)
    }

    private mutating func advance(_ scene: Scene, isOccupied: Bool) -> [Finding] {
        let now = scene.time.presentation
        guard var open = situation else { return [] }
        if isOccupied { open.lastInside = now }
        if now - open.lastInside > configuration.emptyAfter { return end(at: scene.time) }
        let isDue = isOccupied && now - open.lastReport >= configuration.updateEvery
        if isDue {
            open.lastReport = now
            open.subjects = subjects(of: scene)
        }
        situation = open
        return isDue ? report(.updated, at: scene.time) : []
    }

    private mutating func end(at time: FrameTime) -> [Finding] {
        let findings = report(.ended, at: time)
        situation = nil
        return findings
    }

    private func report(_ phase: AlertPhase, at time: FrameTime) -> [Finding] {
        guard let situation else { return [] }
        let kind = Finding.Kind.security(.intrusion, zone: zone.id, phase: phase, severity: severity)
        return [
            Finding(
                kind: kind, interval: situation.from...max(situation.from, situation.lastInside), time: time,
                subjects: situation.subjects, situation: situation.number)
        ]
    }

    /// Who is inside now, the one that has been there longest first.
    private func subjects(of scene: Scene) -> [Track] {
        scene.tracks.filter { isInside($0, scene) }.sorted {
            (stays[$0.id]?.entered ?? .zero, $0.id) < (stays[$1.id]?.entered ?? .zero, $1.id)
        }
    }

    private var severity: AlertSeverity {
        zone.severity.flatMap { AlertSeverity(rawValue: $0.rawValue) } ?? configuration.severity
    }
}
