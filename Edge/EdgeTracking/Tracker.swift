public import EdgeCore
public import EventModel

/// Joins the detections of successive frames to tracks: one identity for one object.
///
/// Each frame: predict every track to the frame's time; pair confident detections with tracks at the least total cost;
/// continue tracks just seen with what is left of poor detections; give fragments and merged regions to the tracks they
/// belong to; begin tentative tracks with the rest. Time is stream time; frames may be missing.
///
/// The ground point of a confirmed track (`box.bottomCenter`) is filtered: with detections that scatter by 6 % of the
/// object's size at 25 frames a second, that of a track at constant speed scatters by 3.7 % (measured: TrackerLifeTests).
public struct Tracker: Sendable {
    /// How it judges.
    public let configuration: TrackerConfiguration
    /// The identity that the next new track gets; larger than every one given so far.
    public private(set) var nextIdentity: UInt64

    var tracks: [LiveTrack] = []
    var workspace = Workspace()
    private var lastTime: Duration?
    private var output: [Track] = []

    /// Makes a tracker without tracks.
    ///
    /// - Parameter firstIdentity: where counting begins, for a camera whose earlier identities must not come again.
    public init(configuration: TrackerConfiguration = TrackerConfiguration(), firstIdentity: UInt64 = 1) {
        self.configuration = configuration
        nextIdentity = firstIdentity
    }

    /// How many objects it follows, tentative ones included.
    public var trackCount: Int { tracks.count }

    /// Takes the detections of the next frame.
    ///
    /// - Parameters:
    ///   - regions: what moves in one frame, in any order; boxes without area or with numbers that are none are ignored.
    ///   - named: what a network found in the same frame: it says what the tracks are and, where it is sure enough, where.
    ///   - parts: the parts of the frame that the network looked at.
    ///   - time: stream time of the frame. A time before the last one counts as the last one.
    /// - Returns: confirmed, lost and just removed tracks, oldest identity first: the tracks of a `Scene`.
    /// - Complexity: O(n² m) for n tracks and m detections; keeps its memory from frame to frame.
    public mutating func update(
        with regions: [Detection], named: [Detection] = [], lookedAt parts: [BoundingBox] = [], at time: Duration
    ) -> [Track] {
        let detections = named.isEmpty ? regions : Fusion.fuse(regions: regions, named: named)
        let now = max(time, lastTime ?? time)
        predict(to: now)
        lastTime = now
        workspace.begin(detections, trackCount: tracks.count, configuration)
        associate(detections, at: now)
        joinFragments(detections, at: now)
        gatherPieces(detections, at: now)
        endUnnamedPieces(detections)
        shareMergedRegions(detections)
        apply(detections, at: now)
        vote(named, besides: detections, lookedAt: parts, at: now)
        unitePieces(at: now)
        age(at: now)
        spawn(detections, at: now)
        return report()
    }

    /// Forgets all tracks: stream time begins anew. Identities go on.
    public mutating func reset() {
        tracks.removeAll(keepingCapacity: true)
        lastTime = nil
    }

    private mutating func predict(to time: Duration) {
        let seconds = lastTime.map { (time - $0).seconds } ?? 0
        for index in tracks.indices { tracks[index].predict(seconds: seconds) }
    }

    /// Begins a tentative track for every sure detection that nothing else explains.
    private mutating func spawn(_ detections: [Detection], at time: Duration) {
        for index in workspace.candidates
        where workspace.isFree(index) && detections[index].confidence >= spawnConfidence(detections[index]) {
            guard tracks.count < configuration.maximumTrackCount else { return }
            let detection = detections[index]
            // Nothing begins where nothing moves: a network may be wrong about the same post for ever.
            guard detection.label == .moving || detection.region != nil else { continue }
            if isInsideSeenTrack(detection, at: time) { continue }
            let id = TrackID(rawValue: nextIdentity)
            nextIdentity += 1
            var track = LiveTrack(id: id, detection: detection, time: time, noise: configuration.noise)
            track.whole = detection.label == .moving ? wholeBeside(detection.box, at: time) : nil
            tracks.append(track)
        }
    }

    private func spawnConfidence(_ detection: Detection) -> Double {
        detection.label == .moving ? configuration.spawnConfidence : configuration.namedSpawnConfidence
    }

    /// Whether a detection is a piece of an object that was seen in this frame: a second one must not grow from it.
    /// A network's detection of another class may lie inside (a rider before a bus); a moving region may not.
    private func isInsideSeenTrack(_ detection: Detection, at time: Duration) -> Bool {
        tracks.contains { track in
            track.isBelieved && track.lastSeen == time
                && (detection.label == .moving || detection.label == track.votes.winner)
                && Affinity.coverage(
                    of: detection.box, by: detection.label == .moving ? track.region : track.filter.box) >= 0.7
        }
    }

    /// The scene's tracks; drops the removed ones.
    private mutating func report() -> [Track] {
        output.removeAll(keepingCapacity: true)
        for track in tracks where track.state != .tentative && track.wasBelieved { output.append(track.track) }
        tracks.removeAll { $0.state == .removed }
        return output
    }
}
