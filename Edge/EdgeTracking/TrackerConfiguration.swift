public import EventModel

/// How a ``Tracker`` judges. Times are stream time, lengths are shares of an object's size (the square root of its
/// box's area), so that neither the frame rate nor the resolution moves them.
public struct TrackerConfiguration: Hashable, Sendable {
    /// The picture's size: a lost track whose ground point is predicted outside of it is removed at once. Nil: unknown.
    public var frameSize: FrameSize?

    /// Detections below this are ignored.
    public var keepConfidence = 0.1
    /// Detections from here on are matched first and to every track; lower ones only continue tracks just seen.
    public var highConfidence = 0.4
    /// Only detections from here on begin a track: higher than what continues one, so that noise cannot breed.
    public var spawnConfidence = 0.45
    /// The same for what a network found where something moves: there are fewer of these in a second.
    public var namedSpawnConfidence = 0.35

    /// A track is confirmed when it was seen over this long …
    public var confirmAfter: Duration = .milliseconds(250)
    /// … in at least so many detections (two suffice at low frame rates, see ``slowConfirmAfter``).
    public var confirmHits = 4
    /// A track seen over this long needs only two detections: at 2 frames a second there are no more.
    public var slowConfirmAfter: Duration = .milliseconds(400)
    /// A tentative track that misses this long is forgotten.
    public var tentativePatience: Duration = .milliseconds(200)
    /// The same for what a network found: it does not look at every frame.
    public var namedPatience: Duration = .milliseconds(600)
    /// A moving track is kept this long unseen.
    public var lostPatience: Duration = .milliseconds(1500)
    /// A track hidden behind or merged with another is kept this long unseen.
    public var occludedPatience: Duration = .seconds(4)
    /// A track that stood still when it was last seen is kept this long: the background swallows a queue at a light.
    public var stationaryPatience: Duration = .seconds(60)
    /// Slower than this many sizes a second is standing still.
    public var stationarySpeed = 0.15

    /// Tracks that fill less than this share of a region that covers them are its pieces.
    public var pieceShare = 0.25
    /// How long a region must show its pieces to be of one object.
    public var gatherAfter: Duration = .milliseconds(120)

    /// How long pieces with a gap between them pass for one object that was whole before.
    public var joinFor: Duration = .milliseconds(300)
    /// How long two detections that stand side by side in the box of one track must do so to be two objects.
    public var partAfter: Duration = .milliseconds(80)

    /// No more tracks than this at once; beyond it nothing new is begun.
    public var maximumTrackCount = 128
    /// No more detections of one frame than this are looked at, the surest first.
    public var maximumDetectionCount = 128

    /// How the boxes of detections err and how objects move.
    public var noise = MotionNoise()

    /// Makes the configuration for traffic seen from a pole.
    public init() {}
}

/// How far detections err and how fast objects change their motion, in sizes of the object.
public struct MotionNoise: Hashable, Sendable {
    /// Standard deviation of a measured position.
    public var position = 0.06
    /// Standard deviation of a measured width or height.
    public var extent = 0.10
    /// How much velocity changes in a second: standard deviation in sizes a second. A car of 3 m that brakes with
    /// 5 m/s² changes by 1.7.
    public var velocityChangePerSecond = 1.7
    /// The same for width and height.
    public var extentChangePerSecond = 0.5
    /// Standard deviation of the unknown velocity of a new track, in sizes a second: 15 m/s for a car of 3 m.
    public var initialVelocity = 5.0

    /// Makes the noise of moving regions of traffic.
    public init() {}
}
