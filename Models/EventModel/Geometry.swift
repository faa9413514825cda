/// A place in a picture: pixels of the frame as stored, x to the right, y down, origin at the top left corner.
public struct Point: Hashable, Sendable {
    /// Pixels from the left edge.
    public var x: Double
    /// Pixels from the top edge.
    public var y: Double

    /// Makes a point from pixels.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

extension Point: Codable {
    /// Decodes `[x, y]`, the form of site files.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(x: try container.decode(Double.self), y: try container.decode(Double.self))
        guard container.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a point is [x, y]: two numbers")
        }
    }

    /// Encodes `[x, y]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(x)
        try container.encode(y)
    }
}

/// The size of a frame in pixels.
public struct FrameSize: Hashable, Sendable, Codable {
    /// Pixels across.
    public var width: Int
    /// Pixels down.
    public var height: Int

    /// Makes a size from pixels.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// An upright rectangle in frame pixels, y down. Half open: it holds `x ..< x + width`.
public struct BoundingBox: Hashable, Sendable {
    /// The left edge.
    public var x: Double
    /// The top edge.
    public var y: Double
    /// Pixels across, never negative.
    public var width: Double
    /// Pixels down, never negative.
    public var height: Double

    /// Makes a box from its top left corner and its size, in pixels.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The right edge, exclusive.
    public var maxX: Double { x + width }
    /// The bottom edge, exclusive.
    public var maxY: Double { y + height }
    /// Square pixels.
    public var area: Double { width * height }
    /// The middle of the box.
    public var center: Point { Point(x: x + width / 2, y: y + height / 2) }
    /// Where the object stands on the ground: the middle of the bottom edge. Rules test this point.
    public var bottomCenter: Point { Point(x: x + width / 2, y: maxY) }

    /// The shared part of two boxes; a box without area where they do not touch.
    public func intersection(_ other: BoundingBox) -> BoundingBox {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return BoundingBox(
            x: left, y: top, width: max(0, min(maxX, other.maxX) - left), height: max(0, min(maxY, other.maxY) - top))
    }

    /// The smallest box that holds both.
    public func union(_ other: BoundingBox) -> BoundingBox {
        let left = min(x, other.x)
        let top = min(y, other.y)
        return BoundingBox(x: left, y: top, width: max(maxX, other.maxX) - left, height: max(maxY, other.maxY) - top)
    }

    /// Intersection over union, 0…1; 0 when both are empty.
    public func intersectionOverUnion(_ other: BoundingBox) -> Double {
        let shared = intersection(other).area
        let whole = area + other.area - shared
        return whole > 0 ? shared / whole : 0
    }
}

extension BoundingBox: Codable {
    /// Decodes `[x, y, width, height]`, the form of site files and of the offline commands.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(
            x: try container.decode(Double.self), y: try container.decode(Double.self),
            width: try container.decode(Double.self), height: try container.decode(Double.self))
        guard container.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a box is [x, y, width, height]")
        }
    }

    /// Encodes `[x, y, width, height]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for value in [x, y, width, height] { try container.encode(value) }
    }
}
