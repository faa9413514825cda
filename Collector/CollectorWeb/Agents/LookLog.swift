import Foundation
import Synchronization

/// Remembers who looked at which film lately: a browser fetches one film in many pieces, and one look is one audit entry.
final class LookLog: Sendable {
    private struct Look: Hashable {
        let session: Int64
        let sha256: Data
    }

    /// A look that goes on for longer is written down again.
    private static let span: TimeInterval = 600
    private static let limit = 10_000
    private let looks = Mutex<[Look: Date]>([:])

    /// Whether a look is to be written down; it counts as written from now on.
    func isNew(session: Int64, sha256: Data, now: Date) -> Bool {
        looks.withLock { looks in
            let look = Look(session: session, sha256: sha256)
            if let last = looks[look], abs(now.timeIntervalSince(last)) < Self.span { return false }
            // Forgetting costs no more than an entry too many.
            if looks.count >= Self.limit { looks = [:] }
            looks[look] = now
            return true
        }
    }
}
