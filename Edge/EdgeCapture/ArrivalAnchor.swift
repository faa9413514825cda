/// Estimates when a stream's time 0 was on the host's steady clock, from frames that arrive more or less late. Pure.
///
/// The least-delayed frame of the last half to full minute tells most. In the first seconds the estimate follows it at
/// once; later by at most 500 ppm, so that a camera clock that runs fast or slow is followed and network jitter is not.
struct ArrivalAnchor: Sendable {
    private static let window: Int64 = 30_000_000_000
    private static let settling: Int64 = 5_000_000_000
    private static let leap: Int64 = 1_000_000_000
    private static let slewPartsPerMillion: Int64 = 500

    private struct State {
        var anchor: Int64
        var begin: Int64
        var updated: Int64
        var windowBegin: Int64
        var currentMinimum: Int64
        var previousMinimum: Int64
    }
    private var state: State?

    /// Takes one frame in and returns the steady time of stream time 0. Nanoseconds.
    mutating func update(presentation: Int64, monotonic: Int64) -> Int64 {
        let offset = monotonic - presentation
        // No picture arrives before it was taken: the camera's stamps leapt ahead.
        if let anchor = state?.anchor, offset < anchor - Self.leap { state = nil }
        var new =
            state
            ?? State(
                anchor: offset, begin: monotonic, updated: monotonic, windowBegin: monotonic, currentMinimum: offset,
                previousMinimum: offset)
        if monotonic - new.windowBegin > Self.window {
            new.previousMinimum = new.currentMinimum
            new.currentMinimum = offset
            new.windowBegin = monotonic
        }
        new.currentMinimum = min(new.currentMinimum, offset)
        new.anchor = Self.moved(new, monotonic)
        new.updated = monotonic
        state = new
        return new.anchor
    }

    private static func moved(_ state: State, _ monotonic: Int64) -> Int64 {
        let target = min(state.currentMinimum, state.previousMinimum)
        if monotonic - state.begin <= settling && target < state.anchor { return target }
        let reach = max(0, monotonic - state.updated) / 1_000_000 * slewPartsPerMillion
        return state.anchor + min(max(target - state.anchor, -reach), reach)
    }
}
