/// Turns evidence that comes now and then into a state that does not flap: opened after it lasted, ended after it was
/// gone. Pure; times are those of one steady clock.
struct ConditionTimer: Hashable, Sendable {
    /// What one look says.
    enum Evidence: Hashable, Sendable {
        case present, absent
        /// It cannot be told: nothing begins, ends or goes on.
        case unknown
    }

    enum Change: Hashable, Sendable {
        case opened(from: Duration)
        /// Since when it is gone.
        case ended(at: Duration)
    }

    /// Evidence farther apart than this does not belong together.
    static let patience: Duration = .seconds(45)
    /// One look proves nothing.
    static let fewestLooks = 3

    let openAfter: Duration
    let endAfter: Duration
    private(set) var isOpen: Bool
    private var doubt: Doubt?

    /// What speaks against the present state.
    private struct Doubt: Hashable, Sendable {
        var since: Duration
        var looks: Int
        var newest: Duration
    }

    init(openAfter: Duration, endAfter: Duration, isOpen: Bool = false) {
        self.openAfter = openAfter
        self.endAfter = endAfter
        self.isOpen = isOpen
    }

    /// Whether it is about to open.
    var isPending: Bool { !isOpen && doubt != nil }

    /// Ends it without evidence.
    mutating func close() {
        isOpen = false
        doubt = nil
    }

    /// Takes evidence.
    ///
    /// - Parameter from: when what it says began, where that is earlier than now.
    mutating func update(_ evidence: Evidence, at now: Duration, from: Duration? = nil) -> Change? {
        if let doubt, now - doubt.newest > Self.patience { self.doubt = nil }
        switch evidence {
        case .unknown: return nil
        case .present where isOpen, .absent where !isOpen:
            doubt = nil
            return nil
        case .present, .absent: break
        }
        var grown = doubt ?? Doubt(since: min(from ?? now, now), looks: 0, newest: now)
        grown.looks += 1
        grown.newest = now
        doubt = grown
        guard grown.looks >= Self.fewestLooks, now - grown.since >= (isOpen ? endAfter : openAfter) else { return nil }
        doubt = nil
        isOpen.toggle()
        return isOpen ? .opened(from: grown.since) : .ended(at: grown.since)
    }
}
