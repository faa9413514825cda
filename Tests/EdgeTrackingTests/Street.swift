import EdgeCore
import EdgeTracking
import EventModel

/// A sure moving region.
func makeDetection(
    x: Double, y: Double, width: Double = 60, height: Double = 40, confidence: Double = 0.8,
    label: ObjectClass = .moving
) -> Detection {
    Detection(
        box: BoundingBox(x: x - width / 2, y: y - height, width: width, height: height), label: label,
        confidence: confidence, model: .motion)
}

/// Runs a tracker over the frames that a closure makes from the time in seconds.
struct Street {
    var tracker: Tracker
    var framesPerSecond = 25.0
    private(set) var scenes: [(seconds: Double, tracks: [Track])] = []
    private var frame = 0

    init(_ configuration: TrackerConfiguration = TrackerConfiguration(), framesPerSecond: Double = 25) {
        tracker = Tracker(configuration: configuration)
        self.framesPerSecond = framesPerSecond
    }

    /// Goes on for some seconds.
    mutating func run(seconds: Double, _ detections: (Double) -> [Detection]) {
        let last = frame + Int((seconds * framesPerSecond).rounded())
        while frame < last {
            let now = Double(frame) / framesPerSecond
            scenes.append((now, tracker.update(with: detections(now), at: .seconds(now))))
            frame += 1
        }
    }

    /// Lets time pass without a frame.
    mutating func skip(seconds: Double) { frame += Int((seconds * framesPerSecond).rounded()) }

    /// Every identity that was ever confirmed.
    var identities: Set<UInt64> {
        Set(scenes.flatMap(\.tracks).filter { $0.state == .confirmed }.map(\.id.rawValue))
    }

    /// The tracks of the newest frame.
    var current: [Track] { scenes.last?.tracks ?? [] }
}
