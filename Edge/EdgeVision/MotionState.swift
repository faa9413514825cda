/// Whether anything moves in the picture.
public enum MotionState: String, Hashable, Sendable {
    /// Nothing has moved for a while.
    case quiet
    /// Something moves, or did a moment ago.
    case moving
}

/// Turns "this frame shows motion" into a state that does not flap. Pure; times are stream times.
struct MotionGate: Hashable, Sendable {
    private(set) var state = MotionState.quiet
    private var differsSince: Duration?
    private var lastMotion: Duration?

    /// Takes the next frame's answer. Motion may pause for up to `startAfter` without beginning anew.
    mutating func update(at time: Duration, isMoving: Bool, startAfter: Duration, endAfter: Duration) {
        if isMoving {
            if let last = lastMotion, time - last > max(startAfter, .milliseconds(500)), state == .quiet {
                differsSince = nil
            }
            lastMotion = time
        }
        switch state {
        case .quiet:
            guard isMoving else { return }
            let since = differsSince ?? time
            differsSince = since
            if time - since >= startAfter { state = .moving }
        case .moving:
            guard let last = lastMotion, time - last >= endAfter else { return }
            state = .quiet
            differsSince = nil
        }
    }

    /// Stream time begins anew: the state goes on, its clocks start again at `time`.
    mutating func restart(at time: Duration) {
        differsSince = nil
        lastMotion = state == .moving ? time : nil
    }
}
