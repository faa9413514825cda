import EdgeCore
import EventModel
import Foundation
import GRDB

/// What is recorded where: one SQLite database for all cameras of the agent, beside the recorded files.
///
/// The files are the truth: a part is written and synced before it comes here, and changes of all cameras are committed
/// together, once a second by default. What a power cut takes from the index, ``repair()`` finds again in the files.
/// Any thread; calls block on the disk.
public final class RecordingIndex: Sendable {
    /// Where recordings lie: `<folder>/<camera>/<yyyy-MM-dd>/<HHmmss>-<unix ms>.mp4`, times in UTC.
    public let folder: String
    /// Why an earlier index was set aside when this one was opened; nil usually. Classes and clips that waited are lost then.
    public let replacement: String?

    let database: DatabasePool
    let queue: IndexQueue

    /// Opens the index of a folder, or makes both. A broken index is set aside; ``repair()`` then fills a new one.
    ///
    /// - Parameter commitInterval: how long changes may wait for others.
    /// - Throws: ``RecordingError`` of kind `fullDisk` or `storage`.
    public convenience init(folder: String, commitInterval: Duration = .seconds(1)) throws(RecordingError) {
        try self.init(folder: folder, commitInterval: commitInterval, prepare: { _ in })
    }

    init(
        folder: String, commitInterval: Duration, prepare: @escaping @Sendable (Database) throws -> Void
    ) throws(RecordingError) {
        self.folder = folder
        try Disk.makeFolder(folder)
        (database, replacement) = try Self.open(folder + "/index.sqlite", prepare)
        queue = IndexQueue(database: database, interval: commitInterval)
        queue.start()
    }

    /// Commits what waits.
    ///
    /// - Throws: ``RecordingError`` of kind `fullDisk` or `storage`; it goes on waiting then.
    public func flush() throws(RecordingError) { try queue.commit() }

    /// Commits what waits and ends the index's thread. The index must not be used afterwards.
    public func close() { queue.stop() }

    /// Why changes cannot be committed at present, for an operator; nil when all is well.
    public var problem: String? { queue.problem }

    func store(_ segment: RecordedSegment) { queue.add(segment) }

    /// Runs a transaction.
    func write<T>(_ change: (Database) throws -> T) throws(RecordingError) -> T {
        do { return try database.write(change) } catch { throw Self.failure(error) }
    }

    func read<T>(_ query: (Database) throws -> T) throws(RecordingError) -> T {
        do { return try database.read(query) } catch { throw Self.failure(error) }
    }

    static func failure(_ error: any Error) -> RecordingError {
        if let error = error as? RecordingError { return error }
        guard let error = error as? DatabaseError else {
            return RecordingError(.storage, "recordings' index: \(error)")
        }
        let isFull = error.resultCode == .SQLITE_FULL
        let isBroken = error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
        return RecordingError(
            isFull ? .fullDisk : isBroken ? .damaged : .storage,
            "recordings' index: \(error.message ?? "SQLite") (\(error.extendedResultCode.rawValue))")
    }

    private static func open(
        _ path: String, _ prepare: @escaping @Sendable (Database) throws -> Void
    ) throws(RecordingError) -> (DatabasePool, String?) {
        do {
            return (try connect(path, prepare), nil)
        } catch {
            let failure = Self.failure(error)
            guard failure.kind == .damaged else { throw failure }
            try setAside(path)
            do { return (try connect(path, prepare), failure.detail) } catch { throw Self.failure(error) }
        }
    }

    private static func connect(
        _ path: String, _ prepare: @escaping @Sendable (Database) throws -> Void
    ) throws -> DatabasePool {
        // SQLite gives its log the rights of the database; one from an earlier run may have others.
        try Disk.makePrivate(path)
        for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 { try Disk.makePrivate(path + suffix) }
        var settings = GRDB.Configuration()
        settings.maximumReaderCount = 2
        settings.busyMode = .timeout(5)
        settings.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -2000; PRAGMA journal_size_limit = 8000000")
            try prepare(db)
        }
        // The log is synced at its checkpoints only (NORMAL): the files say what a power cut took from it.
        let database = try DatabasePool(path: path, configuration: settings)
        try database.write(IndexSchema.prepare)
        let verdict = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        guard verdict == "ok" else { throw RecordingError(.damaged, "quick_check: \(verdict ?? "no answer")") }
        return database
    }

    private static func setAside(_ path: String) throws(RecordingError) {
        let stamp = Date().unixMicroseconds / 1000
        for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, path + ".damaged-\(stamp)" + suffix) == 0 else { throw .system("rename", path) }
        }
    }
}
