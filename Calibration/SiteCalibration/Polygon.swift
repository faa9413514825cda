public import EventModel

/// A closed outline in frame pixels, y down. The last point joins the first.
public struct Polygon: Hashable, Sendable {
    /// The corners in order, either way round.
    public var points: [Point]

    /// Makes a polygon from its corners.
    public init(points: [Point]) { self.points = points }

    /// Whether a point is inside. Of two polygons that share an edge, exactly one holds a point on it.
    ///
    /// - Complexity: O(corners), no allocation.
    public func contains(_ point: Point) -> Bool {
        var inside = false
        var previous = points.count - 1
        for current in points.indices {
            let a = points[current]
            let b = points[previous]
            if (a.y > point.y) != (b.y > point.y) {
                let crossing = a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
                if point.x < crossing { inside.toggle() }
            }
            previous = current
        }
        return inside
    }

    /// Square pixels. Worked: the square (0, 0) (10, 0) (10, 10) (0, 10) gives 100, either way round.
    public var area: Double {
        var doubled = 0.0
        for (a, b) in edges { doubled += a.x * b.y - b.x * a.y }
        return abs(doubled) / 2
    }

    /// The numbers of the first two edges that cross although they are no neighbours; nil for a simple outline.
    /// Edge `n` goes from point `n` to the next.
    public var selfCrossing: (first: Int, second: Int)? {
        let segments = edges.map { LineSegment(from: $0.0, to: $0.1) }
        for first in segments.indices {
            for second in segments.indices.dropFirst(first + 2) where !(first == 0 && second == segments.count - 1) {
                if segments[first].touches(segments[second]) { return (first, second) }
            }
        }
        return nil
    }

    private var edges: [(Point, Point)] {
        points.indices.map { (points[$0], points[($0 + 1) % points.count]) }
    }
}
