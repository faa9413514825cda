public import EdgeCore
import EventModel

/// Joins what moves with what a network names in the same picture: one detection for one object.
public enum Fusion {
    /// The least confidence of a network whose box is believed.
    static let leastConfidence = 0.3

    /// Replaces moving regions by the objects that a network found in them.
    ///
    /// - A region with one object in it becomes that object: shadows and reflections fall away.
    /// - Regions that are parts of one object become that object: a windscreen is none by itself.
    /// - A region with several objects falls into them.
    /// - An object without motion is kept, without a region: it may continue a track, and begins none.
    /// - A region that a network says nothing of stays.
    ///
    /// - Complexity: O(n m) for n regions and m objects.
    public static func fuse(regions: [Detection], named: [Detection]) -> [Detection] {
        var objects = objects(named)
        guard !objects.isEmpty else { return regions }
        var isSpent = regions.map { _ in false }
        for index in objects.indices { gatherParts(of: &objects[index], regions, &isSpent) }
        for (index, region) in regions.enumerated() where !isSpent[index] {
            isSpent[index] = part(region, &objects)
        }
        return objects + regions.indices.filter { !isSpent[$0] }.map { regions[$0] }
    }

    /// What a network found, one box an object, the surest first.
    private static func objects(_ named: [Detection]) -> [Detection] {
        var kept: [Detection] = []
        for detection in named.sorted(by: { $0.confidence > $1.confidence })
        where detection.confidence >= leastConfidence {
            if !kept.contains(where: { isSame(detection, $0) }) { kept.append(detection) }
        }
        return kept
    }

    /// Whether a weaker box is the same object as a surer one: it overlaps it, or is a part of it. Riders and walkers
    /// may be seen before a vehicle that is much larger.
    private static func isSame(_ weaker: Detection, _ surer: Detection) -> Bool {
        if weaker.box.intersectionOverUnion(surer.box) > 0.45 { return true }
        let isPart =
            Affinity.coverage(of: weaker.box, by: surer.box) > 0.8
            || Affinity.coverage(of: surer.box, by: weaker.box) > 0.8
        let ratio = max(weaker.box.area, surer.box.area) / max(1, min(weaker.box.area, surer.box.area))
        return isPart && (weaker.label.isSlender == surer.label.isSlender || ratio < 3)
    }

    /// Takes the regions that are parts of an object.
    private static func gatherParts(of object: inout Detection, _ regions: [Detection], _ isSpent: inout [Bool]) {
        let parts = regions.indices.filter {
            !isSpent[$0] && Affinity.coverage(of: regions[$0].box, by: object.box) >= 0.75
        }
        guard let first = parts.first else { return }
        let region = parts.dropFirst().reduce(regions[first].box) { $0.union(regions[$1].box) }
        guard region.area >= 0.2 * object.box.area else { return }
        object.region = region
        for index in parts { isSpent[index] = true }
    }

    /// Gives a region to the objects in it; whether they explain it.
    private static func part(_ region: Detection, _ objects: inout [Detection]) -> Bool {
        let inside = objects.indices.filter {
            objects[$0].region == nil && Affinity.coverage(of: objects[$0].box, by: region.box) >= 0.6
        }
        for index in inside { objects[index].region = region.box }
        let filled = inside.reduce(0) { $0 + objects[$1].box.area }
        return filled >= 0.3 * region.box.area
    }
}

extension ObjectClass {
    /// What may be seen whole before a larger vehicle.
    fileprivate var isSlender: Bool {
        switch self {
        case .motorbike, .bicycle, .person: true
        case .car, .bus, .truck, .threeWheeler, .vehicle, .moving: false
        }
    }
}
