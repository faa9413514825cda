/// A directed line that tracks are counted at.
public struct CountingLine: Hashable, Sendable {
    /// Its name, unique among the lines of the camera.
    public var id: String
    /// Where it runs. A track that goes from the left hand of somebody at `from` who looks to `to`, to the right
    /// hand, crosses `leftToRight`.
    public var segment: LineSegment

    /// Makes a line.
    public init(id: String, segment: LineSegment) {
        self.id = id
        self.segment = segment
    }
}

/// One entry of a site file's `lines`.
public struct SiteLine: Hashable, Sendable {
    /// What the line is for.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Tracks that cross are counted.
        case counting
        /// Vehicles must wait before it while the signal is red.
        case stop
    }

    /// Its name, unique among the lines.
    public var id: String
    /// What it is for.
    public var kind: Kind
    /// Where it runs.
    public var segment: LineSegment
    /// The signal that rules a stop line.
    public var signal: String?
    /// The lane zone that a stop line belongs to.
    public var lane: String?

    /// Makes a line.
    public init(id: String, kind: Kind, segment: LineSegment, signal: String? = nil, lane: String? = nil) {
        self.id = id
        self.kind = kind
        self.segment = segment
        self.signal = signal
        self.lane = lane
    }
}
