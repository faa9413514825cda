public import EventModel

/// How a ``PictureConditionMeter`` looks.
public struct PictureConditionConfiguration: Hashable, Sendable {
    /// Polygons that say nothing (the camera's own clock, say), in pixels of ``maskFrameSize``.
    public var masks: [[Point]] = []
    /// The frame size that ``masks`` are drawn on; nil when they are pixels of the stream.
    public var maskFrameSize: FrameSize?
    /// Good looks in a row of which a view is made.
    public var looksForAView = 20
    /// Of the first of these so many blocks stay in their place: in traffic most of the blocks are vehicles.
    public var steady: Float = 0.2
    /// A view shows at least so much detail (share of the picture).
    public var leastDetail = 0.1
    /// A view is replaced at the earliest after this long, …
    public var viewLasts: Duration = .seconds(7 * 86_400)
    /// … and only where less than this share of its blocks is still like it, but more than ``leastStaying``.
    public var stillGood = 0.7
    /// Below this share of blocks in their place one looks farther: the camera may have moved.
    public var leastStaying = 0.35
    /// So many views are kept, of all kinds of light and shapes of the picture; then the oldest gives way.
    public var mostViews = 3 * CameraView.lightCount
    /// One in so many looks goes farther, as that takes some milliseconds.
    public var looksBetweenWide = 3

    /// Makes the defaults.
    public init() {}
}
