import EdgeCapture
import EventModel

/// How well the box keeps up with one camera.
struct CameraLoad: Hashable, Sendable {
    /// The analysis rate is divided by this: 1 while all is well.
    var slowdown = 1
    /// How often pictures were given up to be in time again, since the agent started.
    var catchUps: UInt64 = 0
    /// What the network did for this camera, since the agent started.
    var detection = Detection()

    /// Work of the network.
    struct Detection: Hashable, Sendable {
        /// Passes.
        var looks: UInt64 = 0
        /// Pictures in which something due was not looked at, for want of budget.
        var shortPictures: UInt64 = 0
    }

    /// Takes stock of a decoder; `before` counts what decoders of this camera did before.
    init(_ decoder: PlannedDecoder? = nil, before: UInt64 = 0, detection: Detection = Detection()) {
        self.detection = detection
        slowdown = decoder?.planner.slowdown ?? 1
        catchUps = before + (decoder?.planner.catchUpCount ?? 0)
    }
}

/// Tells when a box is too slow for its cameras, in words for an operator.
///
/// Each camera's planner heeds its own lag, and the kernel shares the cores evenly among the cameras' threads: so the
/// camera that costs most is the first to be analysed less often, and none waits for another.
struct OverloadReport {
    private var told: [CameraID: UInt64] = [:]

    /// What is to be said now; nil while the box keeps up.
    mutating func problem(_ loads: [(camera: CameraID, load: CameraLoad)]) -> String? {
        let news = loads.compactMap { camera, load in text(camera, load) }
        for (camera, load) in loads { told[camera] = load.catchUps }
        guard !news.isEmpty else { return nil }
        return "the box is too slow for its cameras (fewer cameras, smaller streams or a faster box help): "
            + news.joined(separator: ", ")
    }

    private func text(_ camera: CameraID, _ load: CameraLoad) -> String? {
        let new = load.catchUps - min(load.catchUps, told[camera] ?? 0)
        if new > 0 { return "\(camera) lost pictures \(new) times" }
        return load.slowdown > 1 ? "\(camera) is analysed at 1/\(load.slowdown) of its rate" : nil
    }
}
