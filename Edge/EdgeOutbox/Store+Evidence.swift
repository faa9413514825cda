import BatchCodec
import Foundation
import GRDB

/// A file that waits to be uploaded.
struct WaitingEvidence: Hashable, Sendable {
    var sha256: Data
    var byteCount: Int
    /// How often the collector did not know the record that names it.
    var deferrals: Int
    /// How many hours the collector failed at it while it took other files.
    var strikes: Int
    /// The record that names it; nil for a file found without one, after a crash or a damaged spool.
    var sequence: UInt64?

    var name: String { sha256.hexadecimal }
}

extension Store {
    static let evidenceDropped = "evidenceDropped"

    struct Written {
        var names: Set<Data> = []
        var failed: [Data] = []
        var failure: String?
    }

    /// Writes files, each on its own: a failure costs that file, never the record.
    func writeEvidence(of records: [QueuedRecord]) -> Written {
        var written = Written()
        for file in records.lazy.flatMap(\.evidence) {
            do {
                guard file.byteCount > 0 else { throw OutboxError(.storage, "the file is empty") }
                if !file.isPlaced { try evidenceFiles.write(file) }
                written.names.insert(file.sha256)
            } catch {
                written.failed.append(file.sha256)
                written.failure = "evidence could not be written: \(Self.storageError(error).detail)"
            }
        }
        return written
    }

    /// A file that several records name goes with the one that is kept longest: the most urgent, then the newest.
    func register(
        _ sha256: Data, byteCount: Int, shelf: Shelf, sequence: Int64?, _ db: Database, _ state: inout SpoolState
    ) throws {
        let known = try Int.fetchOne(db, sql: "SELECT 1 FROM evidence WHERE sha256 = ?", arguments: [sha256]) != nil
        try db.execute(
            sql: """
                INSERT INTO evidence (sha256, byteCount, lane, sequence) VALUES (?, ?, ?, ?)
                ON CONFLICT (sha256) DO UPDATE SET lane = min(lane, excluded.lane), sequence =
                    CASE WHEN sequence IS NULL OR excluded.lane <= lane THEN excluded.sequence ELSE sequence END
                """, arguments: [sha256, byteCount, shelf.rawValue, sequence])
        guard !known else { return }
        state.evidenceFiles += 1
        state.evidenceBytes += byteCount
    }

    /// The next file to upload: those that the collector was not ready for come last, then alerts come first.
    ///
    /// - Parameters:
    ///   - limit: only files of at most so many bytes, that were not put off.
    ///   - shelf: only files of records that are at least so urgent.
    func nextEvidence(upTo limit: Int? = nil, shelf: Shelf = .sample) throws -> WaitingEvidence? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT sha256, byteCount, deferrals, strikes, sequence FROM evidence
                    WHERE byteCount <= ? AND deferrals <= ? AND lane <= ? ORDER BY deferrals, lane, rowid LIMIT 1
                    """, arguments: [limit ?? .max, limit == nil ? .max : 0, shelf.rawValue]
            ).map { row in
                WaitingEvidence(
                    sha256: row[0], byteCount: row[1], deferrals: row[2], strikes: row[3],
                    sequence: (row[4] as Int64?).map(UInt64.init))
            }
        }
    }

    /// The record that a file is kept for; nil: none, or the file is done with.
    func sequence(naming sha256: Data) throws -> UInt64? {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT sequence FROM evidence WHERE sha256 = ?", arguments: [sha256])
        }.map(UInt64.init)
    }

    /// Whether the collector cannot know the record yet.
    func isWaiting(_ sequence: UInt64?) throws -> Bool {
        guard let sequence else { return false }
        return try read { db in
            try Shelf.allCases.contains { shelf in
                try Int.fetchOne(
                    db, sql: "SELECT 1 FROM \(shelf.table) WHERE sequence = ?", arguments: [Int64(sequence)]) != nil
            }
        }
    }

    func deferEvidence(_ sha256: Data, isStrike: Bool = false) throws {
        try transaction { db, _ in
            try db.execute(
                sql: "UPDATE evidence SET deferrals = deferrals + 1, strikes = strikes + ? WHERE sha256 = ?",
                arguments: [isStrike ? 1 : 0, sha256])
        }
    }

    /// The collector has the file.
    func confirmEvidence(_ sha256: Data) throws {
        try transaction { db, state in _ = try removeEvidence(sha256, db, &state) }
        evidenceFiles.remove(sha256.hexadecimal)
    }

    /// The file will never come: told in a `Gap`, unless no stored record ever named it.
    func giveUpEvidence(_ sha256: Data, reason: String, silently: Bool) throws {
        try transaction { db, state in
            guard try removeEvidence(sha256, db, &state), !silently else { return }
            try noteLostEvidence([sha256], because: reason, db, &state)
        }
        evidenceFiles.remove(sha256.hexadecimal)
    }

    func noteLostEvidence(
        _ names: [Data], because reason: String = "could not be written", _ db: Database, _ state: inout SpoolState
    ) throws {
        state.droppedEvidence += names.count
        for start in stride(from: 0, to: names.count, by: 50) {
            let part = names[start..<min(start + 50, names.count)]
            try Self.note(
                Self.evidenceDropped, count: part.count,
                detail: "\(reason): \(part.map(\.hexadecimal).joined(separator: " "))", db)
        }
    }

    /// Makes room, evidence of samples and passages before that of alerts, oldest first.
    func enforceEvidenceCap(_ cap: Int, _ db: Database, _ state: inout SpoolState) throws -> [String] {
        guard state.evidenceBytes > cap else { return [] }
        var doomed: [Data] = []
        for shelf in Shelf.dropOrder {
            while state.evidenceBytes > cap - cap / 100 {
                let name = try Data.fetchOne(
                    db, sql: "SELECT sha256 FROM evidence WHERE lane = ? ORDER BY rowid LIMIT 1",
                    arguments: [shelf.rawValue])
                guard let name else { break }
                _ = try removeEvidence(name, db, &state)
                doomed.append(name)
            }
        }
        try noteLostEvidence(doomed, because: "the evidence cap was reached", db, &state)
        return doomed.map(\.hexadecimal)
    }

    /// Drops the evidence of a record that is dropped itself; answers the files to delete after the commit.
    func forgetEvidence(of sequence: Int64, _ db: Database, _ state: inout SpoolState) throws -> [String] {
        guard state.evidenceFiles > 0 else { return [] }
        let names = try Data.fetchAll(
            db.cachedStatement(sql: "SELECT sha256 FROM evidence WHERE sequence = ?"), arguments: [sequence])
        for name in names { _ = try removeEvidence(name, db, &state) }
        return names.map(\.hexadecimal)
    }

    private func removeEvidence(_ sha256: Data, _ db: Database, _ state: inout SpoolState) throws -> Bool {
        let bytes = try Int.fetchOne(
            db, sql: "SELECT byteCount FROM evidence WHERE sha256 = ?", arguments: [sha256])
        guard let bytes else { return false }
        try db.execute(sql: "DELETE FROM evidence WHERE sha256 = ?", arguments: [sha256])
        state.evidenceFiles -= 1
        state.evidenceBytes -= bytes
        return true
    }

    func removeFiles(_ names: [String]) {
        for name in names { evidenceFiles.remove(name) }
    }

    /// Takes up files without a row: the commit of their record was cut off, or their spool was damaged after the
    /// collector had the record. The collector knows which: it refuses a file that no record names.
    func adoptLooseEvidence() throws {
        do {
            let found = try evidenceFiles.list()
            removeFiles(found.filter { $0.byteCount == 0 }.map(\.name))  // no request can carry nothing
            let files = found.filter { $0.byteCount > 0 }
            guard files.count != state.evidenceFiles else { return }
            try transaction { db, state in
                for file in files {
                    guard let sha256 = Data(hexadecimal: file.name) else { continue }
                    let known =
                        try Int.fetchOne(
                            db, sql: "SELECT 1 FROM evidence WHERE sha256 = ?", arguments: [sha256]) != nil
                    guard !known else { continue }
                    try register(sha256, byteCount: file.byteCount, shelf: .passage, sequence: nil, db, &state)
                }
            }
        } catch { throw Self.storageError(error) }
    }
}
