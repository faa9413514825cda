public import EdgeCore
public import EventModel

/// One camera as this API sees it.
public struct APICamera: Sendable {
    /// Its name.
    public var id: CameraID
    /// Its last seconds.
    public var ring: PacketRing
    /// How its stream stands now. Called from any thread.
    public var state: @Sendable () -> CameraState

    /// Makes one.
    public init(id: CameraID, ring: PacketRing, state: @escaping @Sendable () -> CameraState) {
        self.id = id
        self.ring = ring
        self.state = state
    }
}

/// How a camera's stream stands.
public struct CameraState: Hashable, Sendable {
    /// Whether pictures come.
    public var isLive: Bool
    /// `live`, `connecting`, `stalled`, `unreachable`, `refused` or `stopped`.
    public var name: String
    /// Why, in plain words without credentials; empty where all is well.
    public var reason: String
    /// `h264`, `hevc`, `mjpeg` …; nil before the first connection.
    public var codec: String?
    /// Pixels; nil until it is known.
    public var size: FrameSize?

    /// Makes a state.
    public init(isLive: Bool, name: String, reason: String = "", codec: String? = nil, size: FrameSize? = nil) {
        self.isLive = isLive
        self.name = name
        self.reason = reason
        self.codec = codec
        self.size = size
    }
}

extension APICamera {
    /// Pictures a second of what came last; nil before the second picture.
    var framesPerSecond: Double? {
        let packets = ring.snapshot()
        guard let newest = packets.last else { return nil }
        let present = packets.reversed().prefix { $0.session == newest.session }
        guard let oldest = present.last, newest.decodeTime > oldest.decodeTime else { return nil }
        return Double(present.count - 1) / ((newest.decodeTime - oldest.decodeTime) / .seconds(1))
    }

    /// - Throws: ``APIError`` `unavailable` while no pictures come.
    func requireLive() throws(APIError) {
        let state = state()
        guard !state.isLive else { return }
        throw APIError(
            .unavailable,
            "the camera sends no pictures now (\(state.name)\(state.reason.isEmpty ? "" : ": " + state.reason))",
            retryAfterSeconds: 5)
    }
}
