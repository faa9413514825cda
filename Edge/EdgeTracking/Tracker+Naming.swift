import EdgeCore
public import EventModel

/// A track as those see it who may ask a network about it.
public struct UnnamedTrack: Hashable, Sendable {
    /// Predicted, pixels of the frame.
    public var box: BoundingBox
    /// In how many looks of a network it lay.
    public var lookCount: Int
    /// Stream time of the last of them.
    public var lookedAt: Duration?
    /// Whether it stands.
    public var isStill: Bool
}

// What a network calls the objects that motion found.
extension Tracker {
    /// The least confidence of a network that counts as a vote.
    static let leastVote = 0.1
    /// An object that fills less of a part's width may be overlooked: 13 pixels of 320.
    static let leastShare = 0.04

    /// Tracks worth a look: seen a moment ago, and more than once.
    ///
    /// - Parameter time: stream time of the frame that comes.
    public func unnamed(at time: Duration) -> [UnnamedTrack] {
        tracks.compactMap { track in
            guard track.hits >= 2, track.state != .removed, time - track.lastSeen <= .milliseconds(500) else {
                return nil
            }
            return UnnamedTrack(
                box: track.filter.box, lookCount: track.lookCount, lookedAt: track.lookedAt,
                isStill: track.filter.relativeSpeed < configuration.stationarySpeed)
        }
    }

    /// Lets what a network found vote on the names of the tracks.
    ///
    /// Each track takes of each class the best box that fits it: so a doubtful bus is also a little of a truck, and the
    /// sum over the track's life decides. Motion may see more than the object (its shadow) or less.
    mutating func vote(
        _ named: [Detection], besides detections: [Detection], lookedAt parts: [BoundingBox], at time: Duration
    ) {
        guard !parts.isEmpty else { return }
        for index in tracks.indices where tracks[index].lastSeen == time {
            let box = tracks[index].filter.box
            guard let part = parts.first(where: { Affinity.coverage(of: box, by: $0) > 0.9 }) else { continue }
            tracks[index].noteLook(at: time, isLarge: max(box.width, box.height) >= Self.leastShare * part.width)
            // The detection that the track was given has voted already.
            let own = workspace.detectionOfTrack[index].map { detections[$0].label }
            for label in ObjectClass.allCases where label != own {
                guard let best = best(label, of: named, for: box) else { continue }
                tracks[index].votes.add(best)
            }
        }
    }

    private func best(_ label: ObjectClass, of named: [Detection], for box: BoundingBox) -> Detection? {
        named.filter { $0.label == label && $0.confidence >= Self.leastVote && Self.fits($0.box, box) }
            .max { $0.confidence < $1.confidence }
    }

    /// Whether a network's box and a track's can be of one object.
    private static func fits(_ named: BoundingBox, _ box: BoundingBox) -> Bool {
        if named.intersectionOverUnion(box) >= 0.3 { return true }
        let ratio = named.area / max(box.area, 1)
        return (Affinity.coverage(of: named, by: box) >= 0.8 && ratio >= 0.2)
            || (Affinity.coverage(of: box, by: named) >= 0.8 && ratio <= 4)
    }
}
