public import CollectorDomain
import EventModel
import Foundation
import GRDB

extension CollectorDatabase {
    /// See ``RecordStore``.
    public func currentCursor() async throws(StoreError) -> StoreCursor {
        try await read("read the cursor") { db in try Int64.fetchOne(db, sql: "SELECT cursor FROM storeState") ?? 0 }
    }

    /// See ``RecordStore``.
    public func feed(after cursor: StoreCursor, scope: SiteScope, limit: Int) async throws(StoreError) -> [FeedItem] {
        try await read("read the feed") { db in try FeedReader(db: db, scope: scope).items(after: cursor, limit: limit)
        }
    }

    /// See ``RecordStore``.
    public func changes() -> AsyncStream<StoreChange> { hub.listen() }

    /// See ``RecordStore``.
    public func passages(
        scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int
    ) async throws(StoreError) -> [FeedItem] {
        try await read("read passages") { db in
            try FeedReader(db: db, scope: scope).newest(.passage, camera: camera, before: cursor ?? .max, limit: limit)
        }
    }

    /// See ``RecordStore``.
    public func alerts(
        scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int
    ) async throws(StoreError) -> [FeedItem] {
        try await read("read alerts") { db in
            try FeedReader(db: db, scope: scope).newest(.alert, camera: camera, before: cursor ?? .max, limit: limit)
        }
    }

    /// See ``RecordStore``.
    public func statistics() async throws(StoreError) -> StoreStatistics {
        let waiting = await queue.waitingCount
        return try await read("read statistics") { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT (SELECT cursor FROM storeState), (SELECT ifnull(max(id), 0) FROM batch),
                        (SELECT count(*) FROM agent WHERE revokedMicros IS NULL), (SELECT count(*) FROM camera),
                        (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)
                    """)
            guard let row else { throw StoreError(.unexpected, "no statistics") }
            return StoreStatistics(
                records: row[0], batches: row[1], agents: row[2], cameras: row[3], databaseBytes: row[4],
                waitingBatches: waiting)
        }
    }

    /// See ``RecordStore``.
    public func checkWritable() async throws(StoreError) {
        let now = Date().unixMicroseconds
        try await write("prove that the store can be written") { db in
            try db.execute(sql: "UPDATE storeState SET provedMicros = ?", arguments: [now])
        }
    }
}
