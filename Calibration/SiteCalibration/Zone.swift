public import EventModel

/// An area of the picture with a purpose: one entry of a site file's `zones`.
public struct Zone: Hashable, Sendable {
    /// What the area is for.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// People are counted in it.
        case crowd
        /// Nobody may be in it.
        case intrusion
        /// Nobody may stay long in it.
        case loitering
        /// No vehicle may stand long in it.
        case parking
        /// A lane of a road.
        case lane
        /// Vehicles may go one way only.
        case wrongWay
        /// Vehicles of some classes may not be in it.
        case noEntry
        /// Left out of every analysis, e.g. a clock in the picture.
        case mask
    }

    /// How much an alert of the zone matters.
    public enum Severity: String, CaseIterable, Hashable, Sendable {
        case info, warning, critical
    }

    /// Its name, unique among the zones.
    public var id: String
    /// What it is for.
    public var kind: Kind
    /// Its outline.
    public var polygon: Polygon
    /// Only these classes matter; nil: all.
    public var classes: Set<ObjectClass>?
    /// Only in this part of the day; nil: always.
    public var schedule: Schedule?
    /// How many people a crowd zone may hold.
    public var maximumCount: Int?
    /// How long something must be in the zone before it matters.
    public var minimumStay: Duration?
    /// The permitted way through a `lane` or `wrongWay` zone; its length means nothing.
    public var direction: Point?
    /// How much an alert matters; nil: the rule's own choice.
    public var severity: Severity?

    /// Makes a zone.
    public init(id: String, kind: Kind, polygon: Polygon) {
        self.id = id
        self.kind = kind
        self.polygon = polygon
    }

    /// Whether a track of this class matters to the zone.
    ///
    /// ``classes`` filters only what a network has named. `moving` always counts: without a network, a zone for
    /// persons would otherwise be blind and nobody would notice. `vehicle` counts where any kind of vehicle does.
    public func concerns(_ label: ObjectClass) -> Bool {
        guard let classes, label != .moving else { return true }
        if label == .vehicle { return classes.contains { $0 != .person } }
        if classes.contains(label) || classes.contains(.moving) { return true }
        return classes.contains(.vehicle) && label != .person
    }
}
