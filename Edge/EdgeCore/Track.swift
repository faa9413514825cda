public import EventModel

/// The identity of a track: unique within a camera for as long as the agent's process runs, never reused.
public struct TrackID: RawRepresentable, Hashable, Comparable, Sendable {
    /// Counts from 1.
    public let rawValue: UInt64

    /// Makes an identity from its number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Older tracks come first.
    public static func < (left: TrackID, right: TrackID) -> Bool { left.rawValue < right.rawValue }
}

/// How sure the tracker is that a track is one real object that is still there.
public enum TrackState: String, Hashable, Sendable {
    /// Seen too briefly to be believed.
    case tentative
    /// Believed, and seen in this frame.
    case confirmed
    /// Believed, but not seen in this frame; its box is predicted.
    case lost
    /// Gone for good; reported once.
    case removed
}

/// One object over time.
public struct Track: Hashable, Sendable {
    /// Its identity.
    public var id: TrackID
    /// How sure the tracker is.
    public var state: TrackState
    /// Filtered box in frame pixels, y down; predicted while lost.
    public var box: BoundingBox
    /// Velocity of the box's centre in pixels a second: x to the right, y down.
    public var velocity: Point
    /// What it is.
    public var label: ObjectClass
    /// 0…1: of the newest detection.
    public var confidence: Double
    /// Stream time of the first detection.
    public var firstSeen: Duration
    /// Stream time of the newest detection.
    public var lastSeen: Duration
    /// How many detections it joined.
    public var hits: Int
    /// The ground point of the first detection, at `firstSeen`: a rule first sees a track when it is confirmed, and
    /// must not miss what it crossed before. Nil where nobody kept it.
    public var origin: Point?
    /// Set in the scene that removes it: the track that it turned out to be a piece of. What either of them crossed,
    /// one object crossed.
    public var joined: TrackID?
    /// Whether its ground point lies in or right above the box of another track that goes the same way: it may be a
    /// part of that one, or stand behind it. What it does is sure only when it has been seen by itself.
    public var isBehindAnother: Bool
    /// Who says what it is: a trained network with its version, or motion alone.
    public var namedBy: TrainedModelID
    /// Whether a network had every chance to name it and saw nothing, and it has not gone far: a branch, a post before a
    /// shaking camera.
    public var isDoubted: Bool

    /// Makes a track.
    public init(
        id: TrackID, state: TrackState, box: BoundingBox, velocity: Point, label: ObjectClass, confidence: Double,
        firstSeen: Duration, lastSeen: Duration, hits: Int, origin: Point? = nil, joined: TrackID? = nil,
        isBehindAnother: Bool = false, namedBy: TrainedModelID = .motion,
        isDoubted: Bool = false
    ) {
        self.id = id
        self.state = state
        self.box = box
        self.velocity = velocity
        self.label = label
        self.confidence = confidence
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.hits = hits
        self.origin = origin
        self.joined = joined
        self.isBehindAnother = isBehindAnother
        self.namedBy = namedBy
        self.isDoubted = isDoubted
    }
}

/// All tracks of one frame: what a rule sees. Tentative tracks are not in it; removed ones are, once.
public struct Scene: Sendable {
    /// The camera.
    public var camera: CameraID
    /// When the frame was taken.
    public var time: FrameTime
    /// The frame's size in pixels.
    public var size: FrameSize
    /// Confirmed, lost and just removed tracks, oldest identity first.
    public var tracks: [Track]
    /// The crowd zones that were looked at in this frame; in most frames none are.
    public var crowds: [CrowdReading]

    /// Makes a scene.
    public init(
        camera: CameraID, time: FrameTime, size: FrameSize, tracks: [Track], crowds: [CrowdReading] = []
    ) {
        self.camera = camera
        self.time = time
        self.size = size
        self.tracks = tracks
        self.crowds = crowds
    }
}
