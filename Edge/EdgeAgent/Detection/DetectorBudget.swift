import EventModel
import Synchronization

/// How much of the processor the network may take, and how the cameras share it.
///
/// Every camera with something to look at gets the same share; what a still camera does not need, the others have.
final class DetectorBudget: Sendable {
    /// Of one camera at the moment.
    struct Share: Hashable {
        /// Passes of the network a second.
        var looksPerSecond: Double
    }

    /// CPU milliseconds a second for all cameras together.
    let millisecondsPerSecond: Double
    private let state: Mutex<State>

    private struct State {
        /// What a pass costs, a running mean.
        var millisecondsPerLook: Double
        /// When each camera last had something to look at.
        var askedAt: [CameraID: Duration] = [:]
    }

    /// - Parameter millisecondsPerLook: what a pass is taken to cost until one was measured.
    init(millisecondsPerSecond: Double, millisecondsPerLook: Double = 10) {
        self.millisecondsPerSecond = millisecondsPerSecond
        state = Mutex(State(millisecondsPerLook: millisecondsPerLook))
    }

    /// The share of a camera that has something to look at now.
    ///
    /// - Parameter now: a clock that all cameras share.
    func share(of camera: CameraID, now: Duration) -> Share {
        state.withLock { state in
            state.askedAt[camera] = now
            let active = state.askedAt.values.count { now - $0 < .seconds(2) }
            return Share(
                looksPerSecond: millisecondsPerSecond / Double(max(1, active)) / state.millisecondsPerLook)
        }
    }

    /// Takes note of what passes cost.
    func note(cost: Duration, looks: Int) {
        guard looks > 0 else { return }
        let each = cost / .milliseconds(1) / Double(looks)
        state.withLock { $0.millisecondsPerLook += 0.02 * (each - $0.millisecondsPerLook) }
    }
}
