public import CollectorDomain
public import Foundation
import GRDB
import Synchronization

/// Where and how a collector keeps its data.
public struct StoreConfiguration: Hashable, Sendable {
    /// The folder of `collector.sqlite` and `evidence/`; made when absent.
    public var directory: URL
    /// How long sessions last.
    public var sessions = SessionPolicy()
    /// The largest evidence file that a record may declare.
    public var evidenceByteLimit: Int64 = 256 << 20
    /// Batches that may wait for their commit before more are refused as `busy`.
    public var waitingBatchLimit = 256
    /// At start the file is checked (`quick_check`) up to this size; larger ones are left to `collector fsck`.
    public var quickCheckByteLimit: Int64 = 1 << 30

    /// Keeps data in a folder.
    public init(directory: URL) { self.directory = directory }
}

/// The collector's store: one SQLite database and a folder of evidence files. Hides all SQL.
///
/// One writer, a pool of readers; WAL with `synchronous=FULL`, so a commit that was answered survives a power loss.
public final class CollectorDatabase: CollectorStoring {
    let configuration: StoreConfiguration
    let pool: DatabasePool
    let hub = ChangeHub()
    let keys = Mutex<[Data: Data]>([:])
    let evidenceFiles: EvidenceFiles
    let queue: BatchQueue

    /// Opens the store, or makes it; brings an older schema up to date in one transaction.
    ///
    /// - Throws: kind `newerSchema` (nothing was touched), `damaged`, `storageFull`, `inputOutput`.
    public init(_ configuration: StoreConfiguration) throws(StoreError) {
        self.configuration = configuration
        do {
            let evidence = configuration.directory.appendingPathComponent("evidence", isDirectory: true)
            try FileManager.default.createDirectory(at: evidence, withIntermediateDirectories: true)
            try EvidenceFiles.syncDirectory(configuration.directory)
            pool = try Self.open(configuration)
            evidenceFiles = EvidenceFiles(directory: evidence)
            queue = BatchQueue(
                committer: BatchCommitter(pool: pool, evidenceByteLimit: configuration.evidenceByteLimit, hub: hub),
                limit: configuration.waitingBatchLimit)
            try loadKeys()
        } catch {
            throw StoreError(error, doing: "open \(configuration.directory.path)")
        }
    }

    private static func open(_ configuration: StoreConfiguration) throws -> DatabasePool {
        let file = configuration.directory.appendingPathComponent("collector.sqlite")
        let pool = try DatabasePool(path: file.path, configuration: connection())
        // A disk that fails at this moment makes SQLite open the file for reading only, for as long as the process lives.
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try db.execute(sql: "CREATE TABLE writability (id)")
                return .rollback
            }
        }
        // Only now: the pool sets NORMAL when it turns the log on, after the connection was prepared.
        try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        if try pool.read({ db in try Schema.migrator.hasBeenSuperseded(db) }) {
            throw StoreError(.newerSchema, "\(file.path) was written by a newer collector: start that version")
        }
        try quickCheck(pool, file: file, limit: configuration.quickCheckByteLimit)
        try Schema.migrator.migrate(pool)
        return pool
    }

    private static func connection() -> Configuration {
        var connection = Configuration()
        connection.busyMode = .timeout(5)
        connection.maximumReaderCount = 4
        connection.label = "collector"
        connection.prepareDatabase { db in
            // At most 64 MB for all five connections; the operating system caches the file besides.
            let cache = db.configuration.readonly ? 8_192 : 32_768
            try db.execute(sql: "PRAGMA cache_size = -\(cache); PRAGMA temp_store = MEMORY")
            // 16 MB: fewer copies of the same hot pages (roll-ups, evidence index) into the file.
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000") }
        }
        return connection
    }

    private static func quickCheck(_ pool: DatabasePool, file: URL, limit: Int64) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        guard let size = attributes[.size] as? NSNumber, size.int64Value <= limit else { return }
        let verdict = try pool.read { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
        guard verdict == "ok" else { throw StoreError(.damaged, "\(file.path): \(verdict ?? "no answer")") }
    }

    /// Runs reads on one snapshot.
    func read<T: Sendable>(
        _ work: String, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws(StoreError) -> T {
        do { return try await pool.read(body) } catch { throw StoreError(error, doing: work) }
    }

    /// Runs writes in one transaction, which is safe against power loss when this returns.
    func write<T: Sendable>(
        _ work: String, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws(StoreError) -> T {
        do { return try await pool.write(body) } catch { throw StoreError(error, doing: work) }
    }
}
