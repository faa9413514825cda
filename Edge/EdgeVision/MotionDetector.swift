import CVision
public import EdgeCore
import EventModel

/// Finds what differs from a learned background in the luma plane of one camera's frames.
///
/// One detector serves one camera, on one thread. Detections have the label `moving` and boxes in pixels of the frame.
/// A stopped object stays for ``MotionConfiguration/absorbAfter``. Steady state allocates nothing.
public struct MotionDetector: ~Copyable {
    /// How it judges.
    public let configuration: MotionConfiguration
    /// What the newest frame shows, biggest first.
    public private(set) var detections: [Detection] = []
    /// Whether something moves in the newest frame; resting objects do not count.
    public private(set) var showsMotion = false
    /// Whether the light has just changed at once: then there are no detections, and the background is learned anew.
    public private(set) var lightingChanged = false
    /// Share of the picture that differs from the background in the newest frame, 0…1, before cleaning.
    public private(set) var foregroundShare = 0.0
    /// How many regions were left out so far for want of room in ``detections``.
    public private(set) var droppedRegionCount = 0

    /// How many frames so far got a sparse look only, because nothing moved.
    public private(set) var skippedFrameCount = 0

    private let model: MotionModel
    private var gate = MotionGate()
    private var regions: [ocv_motion_region]
    private var previous: (session: Int, time: Duration)?
    private var size: FrameSize?

    /// Makes a detector that knows nothing yet: the first frame becomes its background.
    ///
    /// - Throws: ``VisionError`` with kind `.badInput` when a setting is out of range; its message names it.
    public init(configuration: MotionConfiguration = MotionConfiguration()) throws(VisionError) {
        self.configuration = configuration
        model = try MotionModel(configuration: configuration)
        regions = Array(repeating: ocv_motion_region(), count: max(0, configuration.maximumDetectionCount))
        detections.reserveCapacity(regions.count)
    }

    /// Whether anything moves, with hysteresis in time; resting objects do not count.
    public var state: MotionState { gate.state }

    /// Judges the next frame; the results are ``detections``, ``state`` and ``lightingChanged``.
    ///
    /// Frames come in stream order. Another frame size begins a new background, another session keeps it.
    ///
    /// - Throws: ``VisionError``; `.badInput` means this frame is to be dropped.
    public mutating func update(with frame: Frame) throws(VisionError) {
        detections.removeAll(keepingCapacity: true)
        if size != frame.size { try adopt(frame.size) }
        let result = try judge(frame)
        lightingChanged = result.lighting_changed != 0
        foregroundShare = result.foreground_share
        droppedRegionCount += Int(result.dropped_region_count)
        skippedFrameCount += Int(result.skipped)
        report(result, at: frame.time.presentation)
    }

    private mutating func adopt(_ newSize: FrameSize) throws(VisionError) {
        let drawn = configuration.maskFrameSize ?? newSize
        let points = configuration.masks.joined().flatMap {
            [$0.x / Double(max(1, drawn.width)), $0.y / Double(max(1, drawn.height))]
        }
        try model.setMask(points: points, counts: configuration.masks.map { Int32(clamping: $0.count) })
        size = newSize
    }

    private mutating func judge(_ frame: Frame) throws(VisionError) -> ocv_motion_result {
        let time = frame.time.presentation
        var elapsed = Duration.zero
        if let previous, previous.session == frame.session {
            elapsed = time - previous.time
        } else {
            gate.restart(at: time)
        }
        previous = (frame.session, time)
        let seconds = elapsed / .seconds(1)
        var outcome = Result<ocv_motion_result, VisionError>.success(ocv_motion_result())
        regions.withUnsafeMutableBufferPointer { buffer in
            outcome = Result { () throws(VisionError) in
                try model.update(with: frame.image.luma, seconds: seconds, regions: buffer)
            }
        }
        return try outcome.get()
    }

    private mutating func report(_ result: ocv_motion_result, at time: Duration) {
        var isMoving = false
        for region in regions.prefix(Int(result.region_count)) {
            detections.append(Detection(region: region, result: result))
            isMoving = isMoving || Double(region.resting_area) < 0.8 * Double(region.area)
        }
        showsMotion = isMoving
        gate.update(
            at: time, isMoving: isMoving, startAfter: configuration.startAfter, endAfter: configuration.endAfter)
    }
}

extension Detection {
    /// A region in pixels of the frame. Confidence grows with contrast: half at 15 levels, near 1 from 60.
    fileprivate init(region: ocv_motion_region, result: ocv_motion_result) {
        let scaleX = Double(result.factor_x), scaleY = Double(result.factor_y)
        let box = BoundingBox(
            x: Double(region.x) * scaleX, y: Double(region.y) * scaleY, width: Double(region.width) * scaleX,
            height: Double(region.height) * scaleY)
        let contrast = Double(region.contrast)
        self.init(box: box, label: .moving, confidence: contrast / (contrast + 15), model: .motion)
    }
}
