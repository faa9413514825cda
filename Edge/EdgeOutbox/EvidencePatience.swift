import Foundation

/// When a file that the collector always fails at (5xx) is given up. Pure.
///
/// An hour counts against a file where the collector failed at it, and took another file since it last did: a collector
/// that fails at everything is in trouble, which is no file's fault. Time is that of the agent's running, not the wall's,
/// which may jump by years when a box without a battery learns the time.
struct EvidencePatience: Sendable {
    enum Verdict: Hashable, Sendable {
        case none, strike, giveUp
    }

    private static let hour: Duration = .seconds(3_600)

    private let limit: Duration
    private var arrivals = 0
    private var counted: [Data: (at: Duration, arrivals: Int)] = [:]

    init(limit: Duration) { self.limit = limit }

    /// A file is at the collector, or was given up.
    mutating func done(_ file: WaitingEvidence, hasArrived: Bool) {
        if hasArrived { arrivals += 1 }
        counted[file.sha256] = nil
    }

    /// The collector failed at a file.
    mutating func failed(_ file: WaitingEvidence, now: Duration) -> Verdict {
        guard let last = counted[file.sha256] else {
            counted[file.sha256] = (now, arrivals)
            return .none
        }
        guard now >= last.at + Self.hour, arrivals > last.arrivals else { return .none }
        counted[file.sha256] = (now, arrivals)
        return Self.hour * (file.strikes + 1) >= limit ? .giveUp : .strike
    }
}
