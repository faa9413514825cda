/// A snapshot of one camera's capture, for health records.
public struct CaptureStatus: Hashable, Sendable {
    /// What the connection is doing.
    public var state: StreamState = .connecting
    /// Why, in plain words without credentials.
    public var reason: String = ""
    /// The number of the present or last session; before the first attempt one less than its number.
    public var session: Int
    /// Counts since capture began, over all sessions.
    public var counters = CaptureCounters()
    /// The stream of the present or last session.
    public var streamInfo: StreamInfo?
    /// The camera's clock minus the host's, where the camera reports one.
    public var cameraOffset: Duration?

    /// Connections after the first.
    public var reconnects: Int { max(0, session - firstSession) }

    private let firstSession: Int

    /// Nothing has happened yet.
    public init(firstSession: Int = 1) {
        self.firstSession = firstSession
        session = firstSession - 1
    }
}
