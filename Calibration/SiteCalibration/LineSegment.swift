public import EventModel

/// A directed straight line between two places in the picture, y down.
public struct LineSegment: Hashable, Sendable {
    /// Where it begins.
    public var from: Point
    /// Where it ends.
    public var to: Point

    /// Makes a segment.
    public init(from: Point, to: Point) {
        self.from = from
        self.to = to
    }

    /// Pixels from end to end.
    public var length: Double { distance(from, to) }

    /// How far a point is from the endless line, in pixels: positive on the right hand of somebody who stands at
    /// ``from`` and looks to ``to``, negative on the left hand. Zero for a segment without length.
    ///
    /// Worked: the segment (0, 0) to (10, 0) looks to the right of the picture, so its right hand is below it:
    /// (5, 3) gives 3, (5, -3) gives -3, (50, 0) gives 0.
    public func signedDistance(to point: Point) -> Double {
        let dx = to.x - from.x
        let dy = to.y - from.y
        let length = (dx * dx + dy * dy).squareRoot()
        guard length > 0 else { return 0 }
        return (dx * (point.y - from.y) - dy * (point.x - from.x)) / length
    }

    /// Where a point's foot falls along the segment, in pixels from ``from``; negative before it, more than
    /// ``length`` beyond ``to``.
    public func offset(of point: Point) -> Double {
        let dx = to.x - from.x
        let dy = to.y - from.y
        let length = (dx * dx + dy * dy).squareRoot()
        guard length > 0 else { return 0 }
        return ((point.x - from.x) * dx + (point.y - from.y) * dy) / length
    }

    /// Whether two segments share a point. Ends count; lines on top of one another do too.
    public func touches(_ other: LineSegment) -> Bool {
        let a = turn(from, to, other.from)
        let b = turn(from, to, other.to)
        let c = turn(other.from, other.to, from)
        let d = turn(other.from, other.to, to)
        if a * b < 0 && c * d < 0 { return true }
        return (a == 0 && spans(other.from)) || (b == 0 && spans(other.to)) || (c == 0 && other.spans(from))
            || (d == 0 && other.spans(to))
    }

    /// Whether the segment's bounding box holds a point, edges included.
    private func spans(_ point: Point) -> Bool {
        min(from.x, to.x) <= point.x && point.x <= max(from.x, to.x) && min(from.y, to.y) <= point.y
            && point.y <= max(from.y, to.y)
    }
}

/// -1, 0 or 1: to which side the way from `a` over `b` to `c` turns.
private func turn(_ a: Point, _ b: Point, _ c: Point) -> Int {
    let cross = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    return cross > 0 ? 1 : cross < 0 ? -1 : 0
}

/// Pixels between two points.
func distance(_ a: Point, _ b: Point) -> Double {
    let dx = b.x - a.x
    let dy = b.y - a.y
    return (dx * dx + dy * dy).squareRoot()
}
