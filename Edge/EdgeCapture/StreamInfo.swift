public import EventModel

/// What a source says about its video before or while it is decoded.
public struct StreamInfo: Hashable, Sendable {
    /// libavcodec's name: `h264`, `hevc`, `mjpeg` …
    public var codec: String
    /// Pixels; nil until the first frame where the stream description does not say.
    public var size: FrameSize?
    /// Frames a second as declared; nil where nothing credible is declared. Never to be used as a clock.
    public var declaredFramesPerSecond: Double?
    /// True when pictures are reordered: known after a few frames.
    public var hasBFrames: Bool
    /// False when the description did not carry what the decoder needs and the stream itself had to be probed.
    public var openedFromDescription: Bool
    /// The length that the container declares; nil for cameras.
    public var duration: Duration?
}

/// What a reader has counted since it was opened.
public struct CaptureCounters: Hashable, Sendable {
    /// Access units (compressed pictures) that arrived.
    public var accessUnits: UInt64 = 0
    /// Their bytes.
    public var bytes: UInt64 = 0
    /// Pictures that came out of the decoder whole.
    public var framesDecoded: UInt64 = 0
    /// Access units refused by the decoder, and pictures it had to patch up: counted here, not delivered.
    public var decodeErrors: UInt64 = 0

    /// All zero.
    public init() {}

    /// These arrivals with what `other` says of decoding.
    func decoded(_ other: CaptureCounters) -> CaptureCounters {
        var counters = self
        counters.framesDecoded = other.framesDecoded
        counters.decodeErrors = other.decodeErrors
        return counters
    }

    /// Adds up the sessions of a camera.
    public static func + (left: CaptureCounters, right: CaptureCounters) -> CaptureCounters {
        var sum = left
        sum.accessUnits += right.accessUnits
        sum.bytes += right.bytes
        sum.framesDecoded += right.framesDecoded
        sum.decodeErrors += right.decodeErrors
        return sum
    }
}

extension StreamInfo {
    /// Takes over what only the pictures show.
    mutating func note(_ decoder: FrameDecoder) {
        size = decoder.size ?? size
        hasBFrames = hasBFrames || decoder.reordersFrames
    }
}
