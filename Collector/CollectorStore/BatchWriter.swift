import BatchCodec
import CollectorDomain
import EventModel
import Foundation
import GRDB

/// What became of one batch, and the place of its last record.
struct WrittenBatch: Sendable {
    var answer: BatchAnswer = .malformed(record: nil, reason: "not written")
    var cursor: StoreCursor
}

/// Writes batches: chain check, deduplication, typed rows, ranges, roll-ups, cameras, evidence expectations.
final class BatchWriter: @unchecked Sendable {  // touched only on the database's serial writer queue
    private let rules: BatchRules
    private var names = NameNumbers()

    init(evidenceByteLimit: Int64) { rules = BatchRules(evidenceByteLimit: evidenceByteLimit) }

    /// Forgets what a rolled-back transaction may have taught.
    func forget() { names = NameNumbers() }

    /// Writes a batch; must run in a savepoint.
    func write(_ arrival: Arrival, after cursor: StoreCursor, in db: Database) throws -> WrittenBatch {
        let incoming = arrival.batch
        guard let agent = try enrolledAgent(incoming.keyHash, in: db) else {
            throw StoreError(.unknownAgent, "key \(incoming.keyHash.prefix(6).hexadecimal) is not enrolled")
        }
        var written = WrittenBatch(cursor: cursor)
        let chain = try ChainRow(agent: agent, epoch: Int64(bitPattern: incoming.batch.epoch), in: db)
        switch try chain.link(to: incoming, in: db) {
        case .known:
            let count = UInt32(clamping: incoming.batch.records.count)
            written.answer = .accepted(try chain.receipt(duplicates: count, receivedAt: arrival.receivedAt, in: db))
        case .broken(let reason):
            written.answer = .conflict(head: try chain.receipt(receivedAt: arrival.receivedAt, in: db), reason: reason)
        case .next:
            if let problem = rules.problem(in: incoming.batch) {
                written.answer = .malformed(record: problem.record, reason: problem.reason)
            } else {
                try store(arrival, agent: agent, chain: chain, into: &written, in: db)
            }
        }
        return written
    }

    private func enrolledAgent(_ keyHash: Data, in db: Database) throws -> Int64? {
        try db.cachedStatement(sql: "SELECT id FROM agent WHERE keyHash = ? AND revokedMicros IS NULL")
            .fetchFirst([keyHash])
    }

    private func store(
        _ arrival: Arrival, agent: Int64, chain: ChainRow, into written: inout WrittenBatch, in db: Database
    ) throws {
        var chain = chain
        if chain.id == 0 { try chain.insert(in: db) }
        let batch = arrival.batch.batch
        let first = written.cursor + 1
        var pass = try RecordPass(
            agent: agent, chain: chain.id, cursor: written.cursor, arrival: arrival, names: names, in: db)
        var covered = SequenceRanges()
        for record in batch.records {
            try pass.store(record)
            record.cover(&covered)
        }
        try pass.finish()
        names = pass.names
        try chain.cover(covered, in: db)
        try chain.append(arrival, firstCursor: first, inserted: pass.inserted, in: db)
        written.cursor = pass.cursor
        written.answer = .accepted(
            try chain.receipt(
                inserted: UInt32(pass.inserted), duplicates: UInt32(batch.records.count - pass.inserted),
                receivedAt: arrival.receivedAt, in: db))
    }
}

extension Ngatu_V1_Record {
    /// Adds the numbers that this record accounts for: its own, and those of a gap.
    func cover(_ ranges: inout SequenceRanges) {
        ranges.insert(Int64(bitPattern: sequence))
        guard case .gap(let gap) = body else { return }
        for range in gap.ranges { ranges.insert(Int64(bitPattern: range.first)...Int64(bitPattern: range.last)) }
    }
}

/// The numbers of cameras and lines, remembered so that most records need no look-up.
struct NameNumbers {
    private struct Key: Hashable {
        var owner: Int64
        var name: String
    }

    private var cameras: [Key: Int64] = [:]
    private var lines: [Key: Int64] = [:]

    mutating func camera(_ name: String, of agent: Int64, in db: Database) throws -> Int64 {
        let key = Key(owner: agent, name: name)
        if let known = cameras[key] { return known }
        let id = try Self.number(of: key, table: "camera", owner: "agent", in: db)
        cameras[key] = id
        return id
    }

    mutating func line(_ name: String, of camera: Int64, in db: Database) throws -> Int64 {
        let key = Key(owner: camera, name: name)
        if let known = lines[key] { return known }
        let id = try Self.number(of: key, table: "line", owner: "camera", in: db)
        lines[key] = id
        return id
    }

    private static func number(of key: Key, table: String, owner: String, in db: Database) throws -> Int64 {
        let found: Int64? = try db.cachedStatement(sql: "SELECT id FROM \(table) WHERE \(owner) = ? AND name = ?")
            .fetchFirst([key.owner, key.name])
        if let found { return found }
        try db.cachedStatement(sql: "INSERT INTO \(table) (\(owner), name) VALUES (?, ?)")
            .execute(arguments: [key.owner, key.name])
        return db.lastInsertedRowID
    }
}

extension Statement {
    /// The first column of the first row.
    func fetchFirst<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ arguments: StatementArguments
    ) throws -> Value? {
        try Value.fetchOne(self, arguments: arguments)
    }
}
