/// What is known of a camera's stream at one moment.
public struct StreamReading: Hashable, Sendable {
    /// Whether pictures come.
    public var isLive: Bool
    /// Compressed pictures that arrived since capture began.
    public var accessUnits: UInt64
    /// Frames a second as the stream declares; nil where it does not, or not credibly.
    public var declaredFramesPerSecond: Double?
    /// The camera's clock minus the agent's; nil where the camera does not report it.
    public var cameraOffset: Duration?

    /// Makes a reading.
    public init(
        isLive: Bool, accessUnits: UInt64 = 0, declaredFramesPerSecond: Double? = nil, cameraOffset: Duration? = nil
    ) {
        self.isLive = isLive
        self.accessUnits = accessUnits
        self.declaredFramesPerSecond = declaredFramesPerSecond
        self.cameraOffset = cameraOffset
    }
}
