import EdgeCore
import EdgeVision
import EventModel

/// Looks at the key frames of an idle camera with a background of its own, so that a picture that wakes the camera can
/// still be analysed in its turn, after those before it.
///
/// Where it woke the camera for nothing it learns not to: see ``NuisanceMap``.
///
/// A class because a detector cannot be copied, and the pipeline's own can fail to be made after this one was.
final class Sentinel {
    private var motion: MotionDetector
    private var nuisance = NuisanceMap()
    private var fed: (session: Int, time: Duration)?

    init(_ configuration: MotionConfiguration) throws(VisionError) {
        motion = try MotionDetector(configuration: configuration)
    }

    /// Whether something moves in the picture that is a reason to wake.
    func look(at frame: Frame) throws(VisionError) -> Bool {
        nuisance.end(at: frame.time.presentation)
        try feed(frame)
        guard motion.showsMotion, nuisance.wakes(motion.detections, in: frame.size) else { return false }
        nuisance.begin(motion.detections, in: frame.size)
        return true
    }

    /// Takes note of what travels through the picture of an active camera.
    func note(_ scene: Scene) {
        for track in scene.tracks where track.travels {
            nuisance.clear(under: track.box, in: scene.size)
        }
    }

    /// Takes a picture of an active camera, once a second: the background stays up to date until the camera is idle.
    func keepUp(with frame: Frame) throws(VisionError) {
        if let fed, fed.session == frame.session, frame.time.presentation - fed.time < .seconds(1) { return }
        try feed(frame)
    }

    private func feed(_ frame: Frame) throws(VisionError) {
        try motion.update(with: frame)
        fed = (frame.session, frame.time.presentation)
    }
}
