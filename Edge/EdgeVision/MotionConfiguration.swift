import CVision
public import EventModel

/// How a ``MotionDetector`` judges. Thresholds are times of the stream and shares of the picture, so that neither the
/// frame rate nor the resolution moves them.
public struct MotionConfiguration: Hashable, Sendable {
    /// Polygons inside which nothing is reported (the `mask` zones of a site), in pixels of ``maskFrameSize``.
    public var masks: [[Point]] = []
    /// The frame size that ``masks`` are drawn on; nil when they are pixels of the stream. Masks scale with the stream.
    public var maskFrameSize: FrameSize?
    /// About how many pixels the working picture has; larger frames are scaled down by a whole factor.
    public var workingPixelCount = 640 * 360
    /// The least and the most difference from the background that counts as foreground, in grey levels 0…255. Noise
    /// and flicker of a pixel move its own threshold between the two.
    public var contrast: ClosedRange<Int> = 14...70
    /// How fast the background follows slow changes of light, in grey levels a second.
    public var followLevelsPerSecond = 5.0
    /// How long something stands still before it becomes background.
    public var absorbAfter: Duration = .seconds(60)
    /// The same in the first ``warmUp`` of a stream: what stood there at the start is soon forgotten.
    public var absorbAfterInWarmUp: Duration = .seconds(1.5)
    /// How long the background is young.
    public var warmUp: Duration = .seconds(4)
    /// Something is at rest, and no reason for ``MotionState/moving``, when it has kept its look this long.
    public var restAfter: Duration = .seconds(1)
    /// Regions smaller than this share of the picture are left out.
    public var minimumAreaShare = 0.0004
    /// At most so many detections a frame; the biggest are kept, the others counted.
    public var maximumDetectionCount = 64
    /// When more than this share of the picture changes at once it is the light, not a vehicle.
    public var lightingShare = 0.65
    /// How long nothing is reported after a change of light, while the background is learned anew.
    public var lightingSettle: Duration = .milliseconds(700)
    /// Motion must last this long before the state is ``MotionState/moving``.
    public var startAfter: Duration = .milliseconds(200)
    /// The picture must be quiet this long before the state is ``MotionState/quiet``.
    public var endAfter: Duration = .seconds(2)

    /// Makes the configuration for a road seen from a pole.
    public init() {}
}

extension MotionConfiguration {
    /// The settings of the shim; throws nothing: the shim checks ranges and names the setting.
    var settings: ocv_motion_settings {
        ocv_motion_settings(
            working_pixels: Int32(clamping: workingPixelCount), minimum_contrast: Int32(clamping: contrast.lowerBound),
            maximum_contrast: Int32(clamping: contrast.upperBound), follow_levels_per_second: followLevelsPerSecond,
            absorb_seconds: absorbAfter / .seconds(1), warm_up_absorb_seconds: absorbAfterInWarmUp / .seconds(1),
            warm_up_seconds: warmUp / .seconds(1), rest_seconds: restAfter / .seconds(1),
            minimum_area_share: minimumAreaShare, lighting_share: lightingShare,
            lighting_seconds: lightingSettle / .seconds(1))
    }
}
