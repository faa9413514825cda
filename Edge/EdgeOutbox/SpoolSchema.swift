import Foundation
import GRDB

/// The tables of `spool.sqlite`. A body is a serialized `Record` without its number, which is the row's key.
enum SpoolSchema {
    static let version = 2

    static func create(_ db: Database, state: SpoolState) throws {
        for shelf in Shelf.allCases {
            try db.execute(
                sql: """
                    CREATE TABLE \(shelf.table) (
                        sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, checksum INTEGER NOT NULL)
                    """)
        }
        try db.execute(
            sql: """
                CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), body BLOB NOT NULL, checksum INTEGER NOT NULL);
                -- The batch that was sent, or is about to be, and has no answer yet: the same bytes go out again.
                CREATE TABLE pending (id INTEGER PRIMARY KEY CHECK (id = 1), body BLOB NOT NULL, checksum INTEGER NOT NULL);
                -- Numbers that will never come and that no Gap record names yet; neighbours are merged.
                CREATE TABLE droppedRange (
                    reason TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (reason, first));
                -- Losses that have no number in this epoch, not yet in a Gap record: a damaged spool, dropped evidence.
                CREATE TABLE notice (id INTEGER PRIMARY KEY, reason TEXT NOT NULL, count INTEGER NOT NULL, detail TEXT NOT NULL);
                -- Refused by the collector one by one while others were taken; kept for a person to look at.
                CREATE TABLE deadLetter (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, reason TEXT NOT NULL);
                CREATE TABLE evidence (
                    sha256 BLOB PRIMARY KEY, byteCount INTEGER NOT NULL, lane INTEGER NOT NULL, sequence INTEGER,
                    deferrals INTEGER NOT NULL DEFAULT 0, strikes INTEGER NOT NULL DEFAULT 0);
                CREATE INDEX evidenceOrder ON evidence (deferrals, lane);
                CREATE INDEX evidenceSequence ON evidence (sequence);
                PRAGMA user_version = \(version);
                """)
        try save(state, db)
    }

    /// Brings a spool of version 1 to this one.
    static func migrate(_ db: Database) throws {
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == 1 else { return }
        var state = try readState(db, tablesVersion: 1)
        try db.execute(sql: "ALTER TABLE evidence ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0")
        state.schema = version
        try save(state, db)
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    static func save(_ state: SpoolState, _ db: Database) throws {
        let body = try JSONEncoder().encode(state)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?)")
            .execute(arguments: [body, Checksum.of(1, body)])
    }

    /// Reads the state after a check of the whole file.
    ///
    /// - Throws: ``OutboxError`` of kind `newerSchema`, or `damaged`; what SQLite throws for a file that is no database.
    static func load(_ db: Database) throws -> SpoolState {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let state = try readState(db, tablesVersion: found)
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw OutboxError(.damaged, "quick_check: \(verdict)") }
        for shelf in Shelf.allCases {
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(shelf.table)") ?? 0
            guard count == state.counts[shelf.rawValue] else {
                throw OutboxError(.damaged, "\(shelf.table) holds \(count) rows, not \(state.counts[shelf.rawValue])")
            }
        }
        return state
    }

    /// A newer schema is believed only where header and state row agree: a flipped bit in the header is damage.
    private static func readState(_ db: Database, tablesVersion: Int) throws -> SpoolState {
        guard let row = try Row.fetchOne(db, sql: "SELECT body, checksum FROM state WHERE id = 1"),
            let body = row[0] as Data?, let sum = row[1] as Int64?, sum == Checksum.of(1, body)
        else { throw OutboxError(.damaged, "the state row is missing or changed") }
        struct Version: Decodable { var schema: Int }
        guard let stated = try? JSONDecoder().decode(Version.self, from: body).schema,  // any reason means damage
            stated == tablesVersion
        else { throw OutboxError(.damaged, "the state row and the file header name different versions") }
        guard stated <= version else {
            throw OutboxError(
                .newerSchema,
                "the spool has version \(stated), this agent knows \(version): use the newer agent again, "
                    + "or name an empty spool directory")
        }
        guard let state = try? JSONDecoder().decode(SpoolState.self, from: body) else {  // any reason means damage
            throw OutboxError(.damaged, "the state row cannot be read")
        }
        return state
    }
}
