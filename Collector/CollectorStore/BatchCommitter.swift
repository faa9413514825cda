import CollectorDomain
import Foundation
import GRDB

/// Stores groups of batches, each group in one transaction, each batch in a savepoint of it.
struct BatchCommitter: Sendable {
    private let pool: DatabasePool
    private let writer: BatchWriter
    private let hub: ChangeHub

    init(pool: DatabasePool, evidenceByteLimit: Int64, hub: ChangeHub) {
        self.pool = pool
        self.hub = hub
        writer = BatchWriter(evidenceByteLimit: evidenceByteLimit)
    }

    /// Answers in the order of `arrivals`. All are failures when the commit failed.
    func commit(_ arrivals: [Arrival]) async -> [BatchQueue.Answer] {
        let wantsItems = hub.isHeard
        do {
            let group = try await pool.writeWithoutTransaction { db in
                try write(arrivals, wantsItems: wantsItems, in: db)
            }
            if group.upTo > group.after {
                // Somebody who began to listen meanwhile gets no items: a change that continues nothing makes it ask.
                let after = wantsItems ? group.after : group.upTo
                hub.publish(.records(after: after, upTo: group.upTo, items: group.items))
            }
            return group.answers
        } catch {
            let failure = StoreError(error, doing: "commit \(arrivals.count) batches")
            return arrivals.map { _ in .failure(failure) }
        }
    }

    private func write(_ arrivals: [Arrival], wantsItems: Bool, in db: Database) throws -> WrittenGroup {
        var group = WrittenGroup()
        do {
            try db.inTransaction(.immediate) {
                group.after = try Int64.fetchOne(db, sql: "SELECT cursor FROM storeState") ?? 0
                group.upTo = group.after
                for arrival in arrivals { try write(arrival, to: &group, in: db) }
                if group.upTo > group.after {
                    try db.execute(sql: "UPDATE storeState SET cursor = ?", arguments: [group.upTo])
                    if wantsItems { group.items = try FeedReader(db: db, scope: .all).items(after: group.after) }
                }
                return .commit
            }
        } catch {
            writer.forget()
            throw error
        }
        return group
    }

    private func write(_ arrival: Arrival, to group: inout WrittenGroup, in db: Database) throws {
        do {
            var written = WrittenBatch(cursor: group.upTo)
            try db.inSavepoint {
                written = try writer.write(arrival, after: group.upTo, in: db)
                return .commit
            }
            group.upTo = written.cursor
            group.answers.append(.success(written.answer))
        } catch {
            writer.forget()
            let failure = StoreError(error, doing: "store a batch")
            if error is DatabaseError, failure.endsTransaction { throw error }
            group.answers.append(.failure(failure))
        }
    }
}

/// What one transaction stored.
private struct WrittenGroup: Sendable {
    var after: StoreCursor = 0
    var upTo: StoreCursor = 0
    var answers: [BatchQueue.Answer] = []
    var items: [FeedItem] = []
}
