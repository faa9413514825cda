public import EventModel
public import Foundation

/// How RTP travels.
public enum RTSPTransport: String, Sendable, Codable, CaseIterable {
    /// Inside the RTSP connection: nothing is lost; the default.
    case tcp
    /// Beside it: for cameras that cannot do otherwise.
    case udp
}

/// One camera or file, and how long to wait for it.
public struct CaptureSource: Sendable {
    /// The camera that frames are named after.
    public var camera: CameraID
    /// Where the pictures come from.
    public var locator: MediaLocator
    /// For cameras.
    public var transport: RTSPTransport = .tcp
    /// How long a connection may take until the stream is described.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the source may go without a complete access unit, whatever else it sends.
    public var stallTimeout: Duration = .seconds(10)
    /// How long a camera may send access units of which none becomes a picture.
    public var pictureTimeout: Duration = .seconds(30)
    /// The largest picture accepted, in pixels; 8K (8192 × 4320) by default.
    public var maximumPixels: Int = 8192 * 4320
    /// Whether pictures may be decoded without the loop filter where key frames come often: a sixth cheaper (H.264). For
    /// analysis only, never for pictures that prove something.
    public var mayBeRough = false
    /// How far a camera's clock may be from the host's for its sender reports to be believed.
    public var maximumCameraOffset: Duration = .seconds(60)
    /// For files: the UTC time of the first frame; nil for the moment of opening.
    public var startTime: Date?
    /// Lets a camera's sound be seen (not read), for a probe.
    var acceptsAudio = false

    /// Makes a source with the default limits.
    public init(camera: CameraID, locator: MediaLocator) {
        self.camera = camera
        self.locator = locator
    }
}
