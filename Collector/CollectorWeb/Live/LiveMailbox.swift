import CollectorDomain
import Foundation
import Synchronization

/// What a live page has not been told yet. Bounded: beyond the limit only the fact remains that something was missed.
final class LiveMailbox: Sendable {
    /// What is to be told.
    struct Content: Sendable {
        /// New records of the person's sites, oldest first.
        var items: [FeedItem] = []
        /// Up to where ``items`` is complete.
        var cursor: StoreCursor
        /// Evidence files that arrived, by hash.
        var evidence: Set<Data> = []
        /// Records were missed: start again from a snapshot.
        var isOverrun = false
        /// Time for a heartbeat.
        var isBeat = false
    }

    /// Records kept for a reader that is behind.
    static let limit = 500

    private let content: Mutex<Content>
    private let bell: AsyncStream<Void>.Continuation
    /// Rings when there is something; rings that nobody heard are one ring.
    let rings: AsyncStream<Void>

    init(cursor: StoreCursor) {
        content = Mutex(Content(cursor: cursor))
        (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Records were stored.
    func add(_ items: [FeedItem], after: StoreCursor, upTo: StoreCursor) {
        content.withLock { content in
            guard upTo > content.cursor else { return }
            if after > content.cursor { content.isOverrun = true }
            let new = items.filter { $0.cursor > content.cursor }
            content.cursor = upTo
            if content.isOverrun || content.items.count + new.count > Self.limit {
                content.isOverrun = true
                content.items = []
            } else {
                content.items += new
            }
        }
        bell.yield()
    }

    /// An evidence file arrived.
    func add(evidence sha256: Data) {
        content.withLock { content in
            if content.evidence.count < Self.limit { content.evidence.insert(sha256) }
        }
        bell.yield()
    }

    /// A heartbeat is due.
    func beat() {
        content.withLock { $0.isBeat = true }
        bell.yield()
    }

    /// Everything so far; the mailbox is empty afterwards.
    func take() -> Content {
        content.withLock { content in
            defer { content = Content(cursor: content.cursor) }
            return content
        }
    }

    /// The page was brought up to `cursor` by other means; what it covers is not told again.
    func settle(at cursor: StoreCursor) {
        content.withLock { content in
            content.cursor = max(content.cursor, cursor)
            content.items.removeAll { $0.cursor <= cursor }
        }
    }

    /// Ends ``rings``.
    func close() { bell.finish() }
}
