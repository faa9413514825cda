/// What an object is, in the words of the contract.
public enum ObjectClass: String, CaseIterable, Hashable, Sendable, Codable {
    /// Named by a network.
    case motorbike, car, bus, truck, bicycle, person, threeWheeler
    /// A vehicle whose kind is not known.
    case vehicle
    /// Something that moves and that no network has named.
    case moving
}

extension ObjectClass {
    /// The value on the wire.
    public var wire: Ngatu_V1_ObjectClass {
        switch self {
        case .motorbike: .motorbike
        case .car: .car
        case .bus: .bus
        case .truck: .truck
        case .bicycle: .bicycle
        case .person: .person
        case .threeWheeler: .threeWheeler
        case .vehicle: .vehicle
        case .moving: .moving
        }
    }

    /// The class of a value on the wire; nil for `unspecified` and for values of a newer schema.
    public init?(wire: Ngatu_V1_ObjectClass) {
        guard let match = ObjectClass.allCases.first(where: { $0.wire == wire }) else { return nil }
        self = match
    }
}

/// On which side of a counting line a track came out: standing at `from`, looking to `to`.
public enum CrossingDirection: String, CaseIterable, Hashable, Sendable, Codable {
    /// From the left hand to the right hand.
    case leftToRight
    /// From the right hand to the left hand.
    case rightToLeft

    /// The value on the wire.
    public var wire: Ngatu_V1_Direction { self == .leftToRight ? .leftToRight : .rightToLeft }

    /// The direction of a value on the wire; nil where it says none.
    public init?(wire: Ngatu_V1_Direction) {
        switch wire {
        case .leftToRight: self = .leftToRight
        case .rightToLeft: self = .rightToLeft
        default: return nil
        }
    }
}

/// Where a capture time comes from.
public enum ClockOrigin: String, Hashable, Sendable, Codable {
    /// An RTCP sender report of the camera.
    case cameraReport
    /// The agent's clock, anchored to the least-delayed frame.
    case arrival

    /// The value on the wire.
    public var wire: Ngatu_V1_ClockOrigin { self == .cameraReport ? .cameraReport : .arrival }
}
