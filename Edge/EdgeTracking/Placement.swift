import EventModel

/// How an object lies in the region that moves with it: a region may hold a shadow, or lack a roof of the road's colour.
///
/// Learned where a network's box and a region are of one object, used where motion works alone: so a track does not
/// jump between the two. Shares of the region's width and height, cut off at each side; less than 0 adds.
struct Placement: Hashable, Sendable {
    private var left = 0.0
    private var top = 0.0
    private var right = 0.0
    private var bottom = 0.0
    private(set) var isKnown = false

    /// The object in a region.
    func object(in region: BoundingBox) -> BoundingBox {
        BoundingBox(
            x: region.x + left * region.width, y: region.y + top * region.height,
            width: (1 - left - right) * region.width, height: (1 - top - bottom) * region.height)
    }

    /// The region of an object.
    func region(of object: BoundingBox) -> BoundingBox {
        let width = object.width / (1 - left - right), height = object.height / (1 - top - bottom)
        return BoundingBox(x: object.x - left * width, y: object.y - top * height, width: width, height: height)
    }

    /// Learns from an object and its region.
    mutating func learn(_ object: BoundingBox, in region: BoundingBox) {
        guard region.width >= 1, region.height >= 1 else { return }
        let gain = isKnown ? 0.3 : 1
        func follow(_ share: inout Double, _ seen: Double) {
            share += gain * (min(max(seen, -0.5), 0.45) - share)
        }
        follow(&left, (object.x - region.x) / region.width)
        follow(&right, (region.maxX - object.maxX) / region.width)
        follow(&top, (object.y - region.y) / region.height)
        follow(&bottom, (region.maxY - object.maxY) / region.height)
        isKnown = true
    }
}
