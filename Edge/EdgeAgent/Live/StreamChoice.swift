import EdgeCapture

/// Which of a camera's two streams is analysed: the small one while it is there, else the main one. Pure.
struct StreamChoice: Hashable, Sendable {
    enum Stream: Hashable, Sendable {
        case main, substream
    }

    /// So long the small stream may be away before the main one is analysed instead.
    static let patience: Duration = .seconds(12)
    /// So long it must be back before it is trusted again; twice as long each time that it could not be decoded.
    static let trial: Duration = .seconds(5)
    /// At most so long.
    static let longestTrial: Duration = .seconds(600)

    /// What is analysed now.
    private(set) var chosen = Stream.substream
    private var since: Duration?
    private var trial = StreamChoice.trial

    /// Judges by the state of the small stream; time by any steady clock.
    ///
    /// - Parameter isMainLive: a main stream that is away as well is no better.
    mutating func update(isSubstreamLive: Bool, isMainLive: Bool, at now: Duration) {
        let isRight = (chosen == .substream) == isSubstreamLive
        if isRight || (chosen == .substream && !isMainLive) { return since = nil }
        guard let since else { return since = now }
        guard now - since >= (chosen == .substream ? Self.patience : trial) else { return }
        chosen = chosen == .substream ? .main : .substream
        self.since = nil
    }

    /// Key frames come, but no pictures: being connected says nothing then.
    mutating func substreamCannotBeDecoded() {
        trial = min(Self.longestTrial, trial * 2)
        (chosen, since) = (.main, nil)
    }

    /// It is as it should be.
    mutating func substreamShowedPicture() { trial = Self.trial }
}
