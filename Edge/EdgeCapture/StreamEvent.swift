public import EventModel

/// What a camera's connection is doing, as operators see it.
public enum StreamState: String, Hashable, Sendable {
    /// A connection is being made.
    case connecting
    /// Pictures come.
    case live
    /// It was live and fell silent; connecting again soon.
    case stalled
    /// Nothing answers; connecting again soon.
    case unreachable
    /// It refuses us or sends what we cannot decode: a person must act.
    case refused
    /// Capture was stopped by its owner.
    case stopped

    /// The state that a failure leads to.
    public init(after kind: CaptureError.Kind) {
        switch kind {
        case .unreachable: self = .unreachable
        case .stalled, .malformed: self = .stalled
        case .unauthorized, .unsupported: self = .refused
        case .cancelled: self = .stopped
        }
    }
}

/// A change of state of one camera.
public struct StreamEvent: Hashable, Sendable {
    /// Which camera.
    public var camera: CameraID
    /// Counts the connections, from 1.
    public var session: Int
    /// The new state.
    public var state: StreamState
    /// Why, in plain words without credentials; empty where all is well.
    public var reason: String
    /// When the next attempt is made, counted from now; nil while connected or connecting.
    public var retryAfter: Duration?
}
