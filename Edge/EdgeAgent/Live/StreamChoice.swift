import EdgeCapture

/// Which of a camera's two streams is analysed: the small one while it is there, else the main one. Pure.
struct StreamChoice: Hashable, Sendable {
    enum Stream: Hashable, Sendable {
        case main, substream
    }

    /// So long the small stream may be away before the main one is analysed instead.
    static let patience: Duration = .seconds(12)
    /// So long it must be back before it is trusted again.
    static let trial: Duration = .seconds(5)

    /// What is analysed now.
    private(set) var chosen = Stream.substream
    private var since: Duration?

    /// Judges by the state of the small stream; time by any steady clock.
    ///
    /// - Parameter isMainLive: a main stream that is away as well is no better.
    mutating func update(isSubstreamLive: Bool, isMainLive: Bool, at now: Duration) {
        let isRight = (chosen == .substream) == isSubstreamLive
        if isRight || (chosen == .substream && !isMainLive) { return since = nil }
        guard let since else { return since = now }
        guard now - since >= (chosen == .substream ? Self.patience : Self.trial) else { return }
        chosen = chosen == .substream ? .main : .substream
        self.since = nil
    }
}
