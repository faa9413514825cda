/// A snapshot of one camera's capture, for health records.
public struct CaptureStatus: Hashable, Sendable {
    /// What the connection is doing.
    public var state: StreamState = .connecting
    /// Why, in plain words without credentials.
    public var reason: String = ""
    /// The number of the present or last session, from 1; 0 before the first attempt.
    public var session: Int = 0
    /// Counts since capture began, over all sessions.
    public var counters = CaptureCounters()
    /// The stream of the present or last session.
    public var streamInfo: StreamInfo?
    /// The camera's clock minus the host's, where the camera reports one.
    public var cameraOffset: Duration?

    /// Connections after the first.
    public var reconnects: Int { max(0, session - 1) }

    /// Nothing has happened yet.
    public init() {}
}
