public import EdgeCore
import EventModel
public import SiteCalibration

/// Reports each confirmed track that crosses a counting line for good.
///
/// The line lies in a band as wide as a share of the object. A track is on a side when its ground point is outside of
/// the band; it crosses when it comes out on the other side, and the crossing is where its path last met the line. So
/// a track that jitters or stops on the line counts once at most. The path must meet the segment itself, or pass its
/// ends by less than half the band.
///
/// - A track first seen within the band counts only if its path spans the whole band: from its first detection
///   (`Track.origin`, before it was confirmed) a full band width to the other side of the line.
/// - A lost track makes no crossing by prediction. When it is found again, the straight way from where it was last
///   seen counts as its path: what passes behind a bus is counted then.
/// - A track removed in the band counts if it was last seen beyond the line itself, going on. Removed before the line,
///   it does not.
/// - A track that crosses in or right behind the box of another one that goes the same way counts when it has been seen
///   by itself for ``LineCrossingConfiguration/apartFor``: a windscreen never is, a second vehicle will be.
/// - A doubted track (`Track.isDoubted`) does not count.
/// - Where a track turns out to be a piece of another one (`Track.joined`), what it crossed does not count again.
/// - The way back (a U-turn) counts when the track had gone half its size beyond the band; the same direction again
///   likewise. A box that swings wider than the band therefore still counts once.
///
/// Positions are frame pixels, y down. The finding's interval is the moment of the crossing, interpolated between two
/// frames; its time is the frame at which the rule decided, a little later.
///
/// - Complexity: O(n) in `scene.tracks`.
public struct LineCrossingRule: Rule {
    /// The line, in pixels of the stream.
    public let line: CountingLine
    /// How it judges.
    public let configuration: LineCrossingConfiguration

    private var passers: [TrackID: LinePasser] = [:]

    /// How many tracks the rule remembers the way of.
    public var followedTrackCount: Int { passers.count }

    /// Makes a rule for a line in pixels of the stream.
    public init(line: CountingLine, configuration: LineCrossingConfiguration = LineCrossingConfiguration()) {
        self.line = line
        self.configuration = configuration
    }

    /// Judges one scene.
    public mutating func evaluate(_ scene: Scene) -> [Finding] {
        var findings: [Finding] = []
        joinPieces(in: scene)
        for track in scene.tracks {
            guard let crossing = follow(track, at: scene.time.presentation), !track.isDoubted else { continue }
            let kind = Finding.Kind.lineCrossing(line: line.id, direction: crossing.direction)
            findings.append(
                Finding(kind: kind, interval: crossing.time...crossing.time, time: scene.time, subjects: [track]))
        }
        forget(before: scene.time.presentation - configuration.forgetAfter)
        return findings
    }

    /// Forgets the ways of all tracks: a new session begins with new tracks.
    public mutating func reset(at time: FrameTime) -> [Finding] {
        passers.removeAll()
        return []
    }

    private mutating func follow(_ track: Track, at time: Duration) -> LineCrossing? {
        switch track.state {
        case .tentative, .lost:
            return nil
        case .confirmed:
            let step = LineStep(track, track.box.bottomCenter, at: time, line.segment, configuration)
            if passers[track.id] == nil { passers[track.id] = firstSight(of: track, before: step) }
            return passers[track.id]?.move(to: step, configuration)
        case .removed:
            return passers.removeValue(forKey: track.id)?.vanish(velocity: track.velocity, configuration)
        }
    }

    /// Hands on what pieces of an object have counted, before the object itself moves.
    private mutating func joinPieces(in scene: Scene) {
        for track in scene.tracks where track.state == .removed {
            guard let whole = track.joined, let piece = passers.removeValue(forKey: track.id) else { continue }
            passers[whole]?.inherit(from: piece)
        }
    }

    /// Where a track begins: at its first detection, where the tracker kept it, else here.
    private func firstSight(of track: Track, before step: LineStep) -> LinePasser {
        guard let origin = track.origin, track.firstSeen < step.time else { return LinePasser(at: step) }
        return LinePasser(at: LineStep(track, origin, at: track.firstSeen, line.segment, configuration))
    }

    private mutating func forget(before time: Duration) {
        // Most frames have nobody to forget; a filter would copy the table each time.
        guard passers.values.contains(where: { $0.lastTime < time }) else { return }
        passers = passers.filter { $0.value.lastTime >= time }
    }
}
