import Foundation
import Synchronization

/// Remembers who looked at which film lately: a browser fetches one film in many pieces, and one look is one audit entry.
final class LookLog: Sendable {
    /// One person's look at one file within one session.
    struct Look: Hashable {
        let user: Int64
        /// Tells sessions apart: their numbers are used again.
        let sessionStart: Date
        let sha256: Data
        /// A download after a play is another look.
        let isDownload: Bool
    }

    /// A look that goes on for longer is written down again.
    private static let span: TimeInterval = 600
    private static let limit = 10_000
    private let looks = Mutex<[Look: Date]>([:])

    /// Whether a look was written down lately.
    func isKnown(_ look: Look, now: Date) -> Bool {
        looks.withLock { looks in looks[look].map { abs(now.timeIntervalSince($0)) < Self.span } ?? false }
    }

    /// A look was written down.
    func note(_ look: Look, now: Date) {
        looks.withLock { looks in
            // Forgetting costs no more than an entry too many.
            if looks.count >= Self.limit { looks = [:] }
            looks[look] = now
        }
    }
}
