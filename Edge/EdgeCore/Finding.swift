public import EventModel

/// What a rule found: no number and no evidence yet.
public struct Finding: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// A track crossed a counting line for good (ONVIF LineDetector/Crossed).
        case lineCrossing(line: String, direction: CrossingDirection)
        /// A security situation of a zone began, goes on, or ended (ONVIF FieldDetector/ObjectsInside for `intrusion`).
        case security(SecurityKind, zone: String, phase: AlertPhase, severity: AlertSeverity)
    }

    /// What happened.
    public var kind: Kind
    /// Stream time from beginning to end of what the finding says.
    public var interval: ClosedRange<Duration>
    /// The frame at which the rule decided; an evidence still is taken from it.
    public var time: FrameTime
    /// The tracks it is about, the main one first.
    public var subjects: [Track]
    /// Numbers the situation, the same from opened to ended; 0 for a passage. Unique within the rule set of a camera.
    public var situation: UInt64

    /// Makes a finding.
    public init(
        kind: Kind, interval: ClosedRange<Duration>, time: FrameTime, subjects: [Track], situation: UInt64 = 0
    ) {
        self.kind = kind
        self.interval = interval
        self.time = time
        self.subjects = subjects
        self.situation = situation
    }
}

/// Kinds of security alerts, spelled as in the contract.
public enum SecurityKind: String, CaseIterable, Hashable, Sendable {
    case intrusion, loitering, crowd, stoppedVehicle, abandonedObject, cameraCovered, cameraMoved, cameraBlurred
    case signalLoss, cameraFrozen, cameraDark, cameraBright, clockDrift, frameRateLow
}

/// Where in its life a security alert is.
public enum AlertPhase: String, Hashable, Sendable {
    case opened, updated, ended

    /// The value on the wire.
    public var wire: Ngatu_V1_Phase {
        switch self {
        case .opened: .opened
        case .updated: .updated
        case .ended: .ended
        }
    }
}

/// How much a security alert matters.
public enum AlertSeverity: String, Hashable, Sendable {
    case info, warning, critical

    /// The value on the wire.
    public var wire: Ngatu_V1_Severity {
        switch self {
        case .info: .info
        case .warning: .warning
        case .critical: .critical
        }
    }
}
