import HTTPTypes
import Synchronization

/// Bounds the bytes of all request bodies that are held in memory at one time, whoever sends them.
///
/// A batch is known to come from an agent only when all of it is here, so each connection may make the collector hold one.
final class BodyBudget: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    /// - Parameter limit: bytes in all.
    init(limit: Int) { self.limit = limit }

    /// Bytes held now.
    var byteCount: Int { held.withLock { $0 } }

    /// What one request holds; nothing yet.
    func share() -> BodyShare { BodyShare(budget: self) }

    fileprivate func take(_ count: Int) -> Bool {
        held.withLock { held in
            guard count <= limit - held else { return false }
            held += count
            return true
        }
    }

    fileprivate func giveBack(_ count: Int) { held.withLock { $0 -= count } }
}

/// The bytes that one request holds; given back when nobody holds the share any more, however the request ended.
final class BodyShare: Sendable {
    private let budget: BodyBudget
    private let held = Mutex(0)

    fileprivate init(budget: BodyBudget) { self.budget = budget }

    /// Counts bytes that arrived.
    ///
    /// - Throws: ``WebError`` `unavailable` when other requests hold too much.
    func take(_ count: Int) throws {
        guard budget.take(count) else {
            throw WebError(
                .unavailable, "too many requests arrive at once", retryAfterSeconds: 2, headers: [.connection: "close"])
        }
        held.withLock { $0 += count }
    }

    deinit { budget.giveBack(held.withLock { $0 }) }
}
