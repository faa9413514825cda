/// How a ``LineCrossingRule`` judges. Lengths are shares of an object's size: the square root of its box's area.
public struct LineCrossingConfiguration: Hashable, Sendable {
    /// Half the width of the band around the line: a track is on a side only outside of the band.
    public var bandShare = 0.15
    /// The least half width in pixels.
    public var minimumBandPixels = 2.0
    /// How far beyond the band a counted track must have gone before its way back, or the same way again, counts.
    public var returnShare = 0.5
    /// A track that vanishes in the second half of the band counts if it was going on at this speed, in sizes a second.
    public var vanishingSpeed = 0.3
    /// A track that crossed in the box of another counts when it has been seen by itself for this long.
    public var apartFor: Duration = .milliseconds(300)
    /// A track that no scene has had for this long is forgotten.
    public var forgetAfter: Duration = .seconds(120)

    /// Makes the configuration for traffic seen from a pole.
    public init() {}
}
