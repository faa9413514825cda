public import EventModel

/// A traffic signal in the picture.
public struct SiteSignal: Hashable, Sendable {
    /// Where the state of a signal comes from.
    public enum Source: String, CaseIterable, Hashable, Sendable {
        /// Read from the picture.
        case video
    }

    /// Its name, unique among the signals.
    public var id: String
    /// The lamp housing.
    public var box: BoundingBox
    /// Where its state comes from.
    public var source: Source

    /// Makes a signal.
    public init(id: String, box: BoundingBox, source: Source = .video) {
        self.id = id
        self.box = box
        self.source = source
    }
}

/// A place on the ground in metres, in axes that the installer chose.
public struct GroundPoint: Hashable, Sendable {
    /// Metres along the first axis.
    public var x: Double
    /// Metres along the second axis.
    public var y: Double

    /// Makes a place.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// A place that was measured both in the picture and on the ground.
public struct GroundReference: Hashable, Sendable {
    /// Frame pixels.
    public var image: Point
    /// Metres.
    public var metres: GroundPoint

    /// Makes a reference.
    public init(image: Point, metres: GroundPoint) {
        self.image = image
        self.metres = metres
    }
}

/// The measured geometry of one camera, as its file has it: sound, but in the pixels of ``frame``.
///
/// ``init(json:file:)`` reads one; ``resolve(for:)`` gives the geometry in the pixels of a stream.
public struct SiteFile: Hashable, Sendable {
    /// The only form of site files there is so far.
    public static let schema = 1

    /// The file's name, for messages.
    public var file: String
    /// The camera it describes.
    public var camera: CameraID
    /// The picture size that coordinates belong to; nil: that of the stream, whatever it is.
    public var frame: FrameSize?
    /// In the file's order.
    public var lines: [SiteLine]
    /// In the file's order.
    public var zones: [Zone]
    /// In the file's order.
    public var signals: [SiteSignal]
    /// Measured places; empty where nobody measured.
    public var ground: [GroundReference]
    /// 16 hexadecimal digits that change with the file's bytes: the calibration version that records name. It tells
    /// versions apart; it does not protect against forgery.
    public var fingerprint: String
}

/// The geometry of one camera in the pixels of its stream: what rules and masks are built from.
public struct Site: Hashable, Sendable {
    /// The camera.
    public var camera: CameraID
    /// The stream's picture size.
    public var size: FrameSize
    /// In the file's order.
    public var lines: [SiteLine]
    /// In the file's order.
    public var zones: [Zone]
    /// In the file's order.
    public var signals: [SiteSignal]
    /// Measured places.
    public var ground: [GroundReference]
    /// The calibration version that records name; empty without a site file.
    public var version: String

    /// A camera without a site file: nothing to count, nothing to guard.
    public init(camera: CameraID, size: FrameSize) {
        self.camera = camera
        self.size = size
        lines = []
        zones = []
        signals = []
        ground = []
        version = ""
    }

    /// The lines that tracks are counted at.
    public var countingLines: [CountingLine] {
        lines.filter { $0.kind == .counting }.map { CountingLine(id: $0.id, segment: $0.segment) }
    }

    /// The zones of one kind.
    public func zones(_ kind: Zone.Kind) -> [Zone] { zones.filter { $0.kind == kind } }

    /// What analysis must not look at.
    public var masks: [Polygon] { zones(.mask).map(\.polygon) }
}
