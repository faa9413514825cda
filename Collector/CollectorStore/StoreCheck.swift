import BatchCodec
import CollectorDomain
import Crypto
import EventModel
import Foundation
import GRDB

/// The walk of `fsck` over one snapshot.
struct StoreCheck {
    let db: Database
    var report = CheckReport()
    private var names: StoredNames
    private var mentions = 0
    private var furtherMentions = 0
    private var clips = 0

    static let restore = "restore this database from a backup, or keep it as it is for an expert"
    static let rebuild = "the signed batches are sound: rebuild the tables from them"

    init(db: Database) {
        self.db = db
        names = StoredNames()
    }

    /// Runs one part; an error of the database is a finding, too.
    mutating func run(_ part: String, _ body: (inout StoreCheck) throws -> Void) {
        do { try body(&self) } catch { report.add(part, "cannot be read to the end: \(error)", advice: Self.restore) }
    }

    /// SQLite's own check of pages and indexes.
    mutating func checkFile() throws {
        let verdicts = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
        for verdict in verdicts where verdict != "ok" {
            report.add("database file", verdict, advice: Self.restore)
        }
    }

    /// Every batch, and every record of it.
    mutating func checkChains() throws {
        names = try StoredNames(db)
        let chains = try Row.fetchAll(
            db, sql: "SELECT c.*, a.publicKey, a.keyHash FROM chain c JOIN agent a ON a.id = c.agent ORDER BY c.id")
        for row in chains { try checkChain(row) }
        try compare("record", "SELECT count(*) FROM record", with: report.records)
        try compare(
            "passage, alert and report",
            "SELECT (SELECT count(*) FROM passage) + (SELECT count(*) FROM alert) + (SELECT count(*) FROM report)",
            with: report.records)
        try compare("storeState", "SELECT cursor FROM storeState", with: report.records)
        try compare("batch", "SELECT count(*) FROM batch", with: report.batches)
        try compare("evidence", "SELECT count(*) FROM evidence", with: mentions)
        try compare("clip", "SELECT count(*) FROM clip", with: clips)
        try compare("recordEvidence", "SELECT count(*) FROM recordEvidence", with: furtherMentions)
    }

    /// A request that was answered names the record that brought its film.
    mutating func checkFilmRequests() throws {
        let sql = """
            SELECT q.id FROM clipRequest q LEFT JOIN clip k ON k.cursor = q.clip
            WHERE q.stage = ? AND (k.cursor IS NULL OR k.film IS NULL OR k.camera <> q.camera OR lower(k.request) <> q.id)
            ORDER BY q.id
            """
        for id in try String.fetchAll(db, sql: sql, arguments: [ClipRequest.Stage.delivered.rawValue]) {
            report.add(
                "film request \(id)", "the record that answered it does not bring its film", advice: Self.restore)
        }
    }

    private mutating func compare(_ table: String, _ sql: String, with expected: Int) throws {
        let found = try Int.fetchOne(db, sql: sql) ?? 0
        guard found != expected else { return }
        report.add("table \(table)", "\(found) where the signed batches give \(expected)", advice: Self.rebuild)
    }

    private mutating func checkChain(_ row: Row) throws {
        let place = "agent \(row["agent"] as Int64), epoch \(row["epoch"] as Int64)"
        var walk = ChainWalk(row: row, place: place)
        guard let key = walk.key else {
            report.add(place, "the agent's public key does not match its hash", advice: Self.restore)
            return
        }
        let batches = try Row.fetchCursor(
            db, sql: "SELECT * FROM batch WHERE chain = ? ORDER BY number", arguments: [walk.chain])
        while let stored = try batches.next() {
            report.batches += 1
            guard let opened = walk.follow(stored, key: key, report: &report) else { continue }
            try checkRecords(of: opened, stored: stored, walk: &walk)
        }
        try walk.finish(db, report: &report)
    }

    private mutating func checkRecords(of opened: OpenedBatch, stored: Row, walk: inout ChainWalk) throws {
        let first: Int64 = stored["firstCursor"]
        let count: Int64 = stored["inserted"]
        var inserted: Int64 = 0
        for record in opened.batch.records {
            let sequence = Int64(bitPattern: record.sequence)
            record.cover(&walk.covered)
            let place = "\(walk.place), sequence \(sequence)"
            let cursor = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT cursor FROM record WHERE chain = ? AND sequence = ?"),
                arguments: [walk.chain, sequence])
            guard let cursor else {
                report.add(place, "the record is not in the index", advice: Self.rebuild)
                continue
            }
            guard cursor >= first else { continue }  // stored by an earlier batch, checked there
            guard cursor == first &+ inserted else {
                report.add(place, "the record has another place than its batch gives it", advice: Self.rebuild)
                continue
            }
            inserted += 1
            report.records += 1
            let key = RowKey(record, cursor: cursor, chain: walk.chain)
            if let problem = try compare(record, key: key, agent: walk.agent) {
                report.add(place, problem, advice: Self.rebuild)
            }
        }
        if inserted != count {
            report.add(
                walk.place, "batch \(stored["number"] as Int64) stored \(count) records, \(inserted) are found",
                advice: Self.rebuild)
        }
    }

    /// Compares a row with what the signed record gives; answers what differs.
    private mutating func compare(_ record: Ngatu_V1_Record, key: RowKey, agent: Int64) throws -> String? {
        guard let body = record.body else { return "the signed record has no body" }
        let camera = record.camera.isEmpty ? nil : names.camera(record.camera, of: agent)
        guard record.camera.isEmpty || camera != nil else { return "its camera is not in the table camera" }
        var line: Int64?
        if case .passage(let passage) = body, let camera {
            line = names.line(passage.line, of: camera)
            guard line != nil else { return "its line is not in the table line" }
        }
        let files = try checkMentions(record, key: key, agent: agent, camera: camera)
        if let problem = files.problem { return problem }
        let expected = try StoredRow(record, body: body, key: key, camera: camera, line: line, evidence: files.first)
        let found = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM \(expected.table.rawValue) WHERE cursor = ?"),
            arguments: [key.cursor])
        guard let found else { return "its row is missing" }
        guard Array(found.databaseValues) == expected.values else { return "its row is not what was signed" }
        guard case .clip(let clip) = body, let camera else { return nil }
        clips += 1
        let film = try ClipRow(clip, key: key, camera: camera, agent: agent, in: db)
        return try film.isStored(in: db) ? nil : "its row in the table clip is missing or is not what was signed"
    }

    /// The evidence rows that a record must have made or must point to.
    private mutating func checkMentions(
        _ record: Ngatu_V1_Record, key: RowKey, agent: Int64, camera: Int64?
    ) throws -> (first: Int64?, problem: String?) {
        var first: Int64?
        for (position, file) in record.evidence.enumerated() {
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM evidence WHERE sha256 = ? AND agent = ?"),
                arguments: [file.sha256, agent])
            guard let row else { return (nil, "its evidence \(file.sha256.hexadecimal) is not expected") }
            if position == 0 { first = row["id"] } else { furtherMentions += 1 }
            if row["firstCursor"] as Int64 == key.cursor, try isFirst(position, file, record) {
                mentions += 1
                guard file.matches(row, camera: camera, timeMicros: key.timeMicros) else {
                    return (nil, "the row of its evidence \(file.sha256.hexadecimal) is not what was signed")
                }
            }
            if position > 0, try linked(key.cursor, position) != row["id"] as Int64 {
                return (nil, "it is not linked to its evidence \(file.sha256.hexadecimal)")
            }
        }
        return (first, nil)
    }

    private func isFirst(_ position: Int, _ file: Ngatu_V1_Evidence, _ record: Ngatu_V1_Record) throws -> Bool {
        record.evidence.firstIndex { $0.sha256 == file.sha256 } == position
    }

    private func linked(_ cursor: Int64, _ position: Int) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT evidence FROM recordEvidence WHERE cursor = ? AND position = ?"),
            arguments: [cursor, position])
    }
}

extension Ngatu_V1_Evidence {
    fileprivate func matches(_ row: Row, camera: Int64?, timeMicros: Int64) -> Bool {
        row["camera"] as Int64? == camera && row["role"] as Int == role.rawValue
            && row["mediaType"] as String == effectiveMediaType
            && row["byteCount"] as Int64 == Int64(clamping: byteCount)
            && row["capturedMicros"] as Int64 == timeMicros &+ capturedOffsetMicros
    }
}

/// The dictionaries of cameras and lines, read once.
private struct StoredNames {
    private struct Key: Hashable {
        var owner: Int64
        var name: String
    }

    private var cameras: [Key: Int64] = [:]
    private var lines: [Key: Int64] = [:]

    init() {}

    init(_ db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT agent, name, id FROM camera") {
            cameras[Key(owner: row[0], name: row[1])] = row[2]
        }
        for row in try Row.fetchAll(db, sql: "SELECT camera, name, id FROM line") {
            lines[Key(owner: row[0], name: row[1])] = row[2]
        }
    }

    func camera(_ name: String, of agent: Int64) -> Int64? { cameras[Key(owner: agent, name: name)] }
    func line(_ name: String, of camera: Int64) -> Int64? { lines[Key(owner: camera, name: name)] }
}
