import EdgeCore
import EventModel

/// How well a detection fits a track: what the association weighs.
enum Affinity {
    /// The cost of a pair, 0 (the same box) to 1; ``Assignment/alone`` where the pair must not be.
    ///
    /// Overlap alone loses fast and small objects between two frames, distance alone swaps neighbours: the cost weighs
    /// both. The gate grows with the object's size and with how unsure the prediction is.
    static func cost(of detection: Detection, for track: LiveTrack) -> Double {
        let box = detection.box, expected = track.expected(by: detection)
        let overlap = expected.intersectionOverUnion(box)
        let size = track.filter.size
        // Beyond two sizes a prediction says nothing: without the bound a new track would reach for anything.
        let reach = min(0.6 * size + 2.5 * track.filter.uncertainty, 2 * size)
        let distance = groundDistance(expected, box)
        guard overlap >= 0.1 || (distance < reach && sizesFit(expected, box)) else { return Assignment.alone }
        let nearness = max(0, 1 - distance / max(reach, 1))
        return min(0.99, 1 - (0.6 * overlap + 0.4 * nearness))
    }

    /// The cost for a detection of low confidence: overlap must carry it alone.
    static func overlapCost(of detection: Detection, for track: LiveTrack) -> Double {
        let overlap = track.expected(by: detection).intersectionOverUnion(detection.box)
        return overlap >= 0.3 ? 1 - overlap : Assignment.alone
    }

    /// Which share of `inner` lies inside `outer`, 0…1.
    static func coverage(of inner: BoundingBox, by outer: BoundingBox) -> Double {
        inner.area > 0 ? inner.intersection(outer).area / inner.area : 0
    }

    private static func groundDistance(_ a: BoundingBox, _ b: BoundingBox) -> Double {
        let dx = a.center.x - b.center.x
        // Of centre and bottom edge the nearer one: shadows and lamp posts change the one or the other.
        let dy = min(abs(a.center.y - b.center.y), abs(a.maxY - b.maxY))
        return (dx * dx + dy * dy).squareRoot()
    }

    private static func sizesFit(_ a: BoundingBox, _ b: BoundingBox) -> Bool {
        let ratio = a.area / max(b.area, 1)
        return ratio > 0.25 && ratio < 4
    }
}
