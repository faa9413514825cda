import Foundation
import GRDB

/// A record on its way into the spool.
struct QueuedRecord: Sendable {
    /// A serialized `Record` without a number.
    let body: Data
    let shelf: Shelf
    let evidence: [EvidenceFile]
    /// Told once, on the writer's thread, when the record is durable or refused for ever.
    let completion: (@Sendable (Result<UInt64, OutboxError>) -> Void)?

    var byteCount: Int { body.count + evidence.reduce(0) { $0 + $1.content.count } }
}

/// The spool: hides all SQL. Used by one thread only, the ``Writer``'s.
final class Store {
    let directory: SpoolDirectory
    let configuration: OutboxConfiguration
    let evidenceFiles: any EvidenceStorage
    private(set) var queue: DatabaseQueue
    private(set) var state: SpoolState
    private(set) var pending: PendingBatch?
    /// The first number that no copy of the spool with the same head of the chain can hold: the next one when the spool
    /// was opened, or when the newest batch was confirmed.
    private(set) var firstUnshared: UInt64
    /// What happened to an earlier spool, for health reports.
    private(set) var replacement: String?

    /// Opens the spool, or sets a damaged one aside and starts another.
    ///
    /// - Throws: ``OutboxError`` of kind `newerSchema`, `inUse` or `storage`.
    init(_ configuration: OutboxConfiguration, evidenceFiles: (any EvidenceStorage)? = nil) throws {
        try configuration.validate()
        self.configuration = configuration
        directory = try SpoolDirectory(configuration.directory)
        self.evidenceFiles = evidenceFiles ?? EvidenceFolder(path: directory.evidence)
        directory.fillReserve(bytes: configuration.reserveBytes)
        let opened = try Self.openWithReserve(directory)
        (queue, state, pending, replacement) = (opened.queue, opened.state, opened.pending, opened.replacement)
        firstUnshared = opened.state.nextSequence
        try adoptLooseEvidence()
    }

    /// Runs a change and keeps the state row with it: both are stored, or neither.
    func transaction<T>(_ change: (Database, inout SpoolState) throws -> T) throws -> T {
        var next = state
        let result = try queue.write { db in
            let result = try change(db, &next)
            if next != state { try SpoolSchema.save(next, db) }
            return result
        }
        state = next
        return result
    }

    func read<T>(_ query: (Database) throws -> T) throws -> T { try queue.read(query) }

    func setPending(_ batch: PendingBatch?, _ db: Database) throws {
        guard let batch else {
            try db.execute(sql: "DELETE FROM pending")
            return
        }
        let body = try JSONEncoder().encode(batch)
        try db.execute(sql: "INSERT OR REPLACE INTO pending VALUES (1, ?, ?)", arguments: [body, Checksum.of(1, body)])
    }

    /// A batch was confirmed: a copy that was made before knows no newer head.
    func chainMoved() { firstUnshared = state.nextSequence }

    /// What ``setPending(_:_:)`` stored, once its transaction is through.
    func remember(_ batch: PendingBatch?) { pending = batch }

    /// Sets the spool aside and starts a new one, whose first `Gap` names the old epoch.
    func replaceDamaged(_ reason: String) throws {
        let old = state
        try? queue.close()  // a damaged file may refuse; its descriptors are given up with the object
        let opened = try Self.replace(directory, reason: reason, oldEpoch: old.epoch)
        (queue, state, pending, replacement) = (opened.queue, opened.state, opened.pending, opened.replacement)
        firstUnshared = state.nextSequence
        try adoptLooseEvidence()
    }

    func close() throws {
        defer { directory.unlock() }
        try queue.close()
    }
}

// MARK: - Opening

extension Store {
    private struct Opened {
        var queue: DatabaseQueue
        var state: SpoolState
        var pending: PendingBatch?
        var replacement: String?
    }

    /// A full disk may refuse even the opening: once more with the reserve given up, which shipping fills again.
    private static func openWithReserve(_ directory: SpoolDirectory) throws -> Opened {
        do {
            return try openOrReplace(directory)
        } catch let error as OutboxError where error.kind == .storage {
            directory.releaseReserve()
            return try openOrReplace(directory)
        }
    }

    private static func openOrReplace(_ directory: SpoolDirectory) throws -> Opened {
        guard FileManager.default.fileExists(atPath: directory.database) else {
            let isFirst = directory.lastEpoch() == nil && !directory.holdsDatabaseFiles
            return isFirst ? try create(directory) : try replace(directory, reason: "its database is missing")
        }
        do {
            let opened = try open(directory)
            try directory.remember(epoch: opened.state.epoch)  // the start that made the database may have been cut off
            return opened
        } catch {
            guard let reason = damage(error) else { throw storageError(error) }
            return try replace(directory, reason: reason)
        }
    }

    private static func open(_ directory: SpoolDirectory) throws -> Opened {
        let queue = try openDatabase(directory)
        try queue.write { try SpoolSchema.migrate($0) }
        let (state, pending) = try queue.read { db in (try SpoolSchema.load(db), try loadPending(db)) }
        return Opened(queue: queue, state: state, pending: pending)
    }

    /// - Parameter loss: what a `Gap` will tell of the spool before.
    private static func create(_ directory: SpoolDirectory, telling loss: String? = nil) throws -> Opened {
        do {
            let state = SpoolState(epoch: directory.nextEpoch(now: Date()))
            try directory.createDatabase { path in
                let draft = try DatabaseQueue(path: path)
                try draft.write { db in
                    try SpoolSchema.create(db, state: state)
                    if let loss { try note(Self.spoolDamaged, count: 0, detail: loss, db) }
                }
                try draft.close()
            }
            try directory.remember(epoch: state.epoch)
            return try open(directory)
        } catch { throw storageError(error) }
    }

    private static let spoolDamaged = "spoolDamaged"

    private static func replace(
        _ directory: SpoolDirectory, reason: String, oldEpoch: UInt64? = nil
    ) throws -> Opened {
        do {
            let epoch = oldEpoch ?? directory.lastEpoch()
            if directory.holdsDatabaseFiles { try directory.setAside(now: Date()) }
            let detail = "epoch \(epoch.map(String.init) ?? "unknown"): \(reason)"
            var opened = try create(directory, telling: detail)
            opened.replacement = "the spool was damaged and replaced (\(detail))"
            return opened
        } catch { throw storageError(error) }
    }

    private static func openDatabase(_ directory: SpoolDirectory) throws -> DatabaseQueue {
        var settings = GRDB.Configuration()
        settings.journalMode = .wal
        settings.prepareDatabase { db in
            // 2 MB of page cache: memory stays flat at any backlog.
            try db.execute(sql: "PRAGMA cache_size = -2000; PRAGMA journal_size_limit = 8000000")
        }
        let queue = try DatabaseQueue(path: directory.database, configuration: settings)
        // Only now: the queue sets NORMAL when it turns the log on, after the connection was prepared. FULL: what is
        // stored survives a power cut.
        try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        // A disk that fails at this moment makes SQLite open the file for reading only, for as long as the process lives.
        try queue.inTransaction(.immediate) { db in
            try db.execute(sql: "CREATE TABLE writability (id)")
            return .rollback
        }
        return queue
    }

    private static func loadPending(_ db: Database) throws -> PendingBatch? {
        guard let row = try Row.fetchOne(db, sql: "SELECT body, checksum FROM pending") else { return nil }
        guard let body = row[0] as Data?, row[1] as Int64? == Checksum.of(1, body),
            let batch = try? JSONDecoder().decode(PendingBatch.self, from: body)  // any reason means damage
        else { throw OutboxError(.damaged, "the pending batch is changed") }
        return batch
    }

    /// Why an error means that the file is broken; nil for errors that may pass, as of a full disk.
    static func damage(_ error: any Error) -> String? {
        if let error = error as? OutboxError { return error.kind == .damaged ? error.detail : nil }
        guard let error = error as? DatabaseError else { return nil }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: return error.message ?? "not a database"
        // A table or column that is not there: the schema page is broken, since this code wrote it.
        case .SQLITE_ERROR: return error.message ?? "unreadable schema"
        default: return nil
        }
    }

    static func storageError(_ error: any Error) -> OutboxError {
        if let error = error as? OutboxError { return error }
        guard let error = error as? DatabaseError else { return OutboxError(.storage, "\(error)") }
        return OutboxError(.storage, "spool: \(error.message ?? "SQLite") (\(error.extendedResultCode.rawValue))")
    }
}
