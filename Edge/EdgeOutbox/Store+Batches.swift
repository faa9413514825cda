import BatchCodec
import Crypto
import EventModel
import Foundation
import GRDB
import SwiftProtobuf

extension Store {
    /// The batch to send: the pending one, else a new one, stored before anyone can send it.
    ///
    /// - Returns: nil when nothing waits, besides the excluded records.
    func formBatch(
        limit: Int, excluding: Set<UInt64>, key: Curve25519.Signing.PrivateKey, now: Date
    ) throws -> PendingBatch? {
        if let pending { return pending }
        let formed = try transaction { db, state in
            try goOnWithFork(excluding: excluding, now: now, db, &state)
            if state.fork == nil, state.counts[Shelf.gap.rawValue] == 0 { try makeGaps(now: now, db, &state) }
            var planner = BatchPlanner(limit: limit, excluded: excluding)
            let records = try collect(&planner, below: state.fork?.sequence, db)
            guard !records.isEmpty else { return nil as PendingBatch? }
            let formed = try seal(records, planner, state, key: key, now: now)
            try setPending(formed, db)
            return formed
        }
        if let formed { remember(formed) }
        return formed
    }

    private func collect(
        _ planner: inout BatchPlanner, below bound: UInt64?, _ db: Database
    ) throws -> [Ngatu_V1_Record] {
        var records: [Ngatu_V1_Record] = []
        for shelf in Shelf.allCases where planner.wanted > 0 {
            let statement = try db.cachedStatement(
                sql: "SELECT sequence, body, checksum FROM \(shelf.table) WHERE sequence < ? ORDER BY sequence LIMIT ?")
            let rows = try Row.fetchCursor(statement, arguments: [bound.map(Int64.init) ?? .max, planner.wanted])
            while let row = try rows.next() {
                let record = try Self.record(row)
                if planner.take(record.sequence, byteCount: (row[1] as Data).count, from: shelf) {
                    records.append(record)
                }
            }
        }
        return records
    }

    /// A stored record with its number; a changed one means a damaged spool.
    static func record(_ row: Row) throws -> Ngatu_V1_Record {
        guard let sequence = row[0] as Int64?, let body = row[1] as Data?,
            row[2] as Int64? == Checksum.of(sequence, body),
            var record = try? Ngatu_V1_Record(serializedBytes: body)  // any reason means damage
        else { throw OutboxError(.damaged, "a stored record was changed") }
        record.sequence = UInt64(sequence)
        return record
    }

    private func seal(
        _ records: [Ngatu_V1_Record], _ planner: BatchPlanner, _ state: SpoolState,
        key: Curve25519.Signing.PrivateKey, now: Date
    ) throws -> PendingBatch {
        var batch = Ngatu_V1_Batch()
        batch.epoch = state.epoch
        batch.number = state.headNumber + 1
        batch.previousHash = state.headHash
        batch.firstSequence = records.map(\.sequence).min() ?? 0
        batch.records = records
        batch.sentMicros = now.unixMicroseconds
        let sealed = try BatchSeal.seal(batch, with: key)
        return PendingBatch(
            number: batch.number, body: sealed.body, hash: sealed.hash, sequences: planner.sequences,
            bodyBytes: planner.bodyBytes)
    }

    /// The collector has the pending batch: its records go, the chain moves on, and records that were refused alone
    /// while others were taken are set aside as dead letters.
    func settle(_ receipt: Ngatu_V1_BatchReceipt, deadLetters: [(sequence: UInt64, reason: String)]) throws {
        guard let batch = pending else { return }
        var doomed: [String] = []
        try transaction { db, state in
            for shelf in Shelf.allCases {
                let sequences = batch.sequences[shelf.rawValue]
                for sequence in sequences { try deleteRow(Int64(sequence), shelf, db) }
                state.count(shelf, records: -sequences.count, bytes: -batch.bodyBytes[shelf.rawValue])
            }
            state.headNumber = batch.number
            state.headHash = batch.hash
            // No further than numbers were given in this epoch.
            let told = min(receipt.contiguousSequence, (state.fork?.sequence ?? state.nextSequence) - 1)
            state.contiguousSequence = max(state.contiguousSequence, told)
            for letter in deadLetters { doomed += try bury(letter.sequence, letter.reason, db, &state) }
            try setPending(nil, db)
        }
        remember(nil)
        chainMoved()
        removeFiles(doomed)
    }

    private func bury(
        _ sequence: UInt64, _ reason: String, _ db: Database, _ state: inout SpoolState
    ) throws -> [String] {
        let number = Int64(sequence)
        for shelf in Shelf.allCases {
            let body = try Data.fetchOne(
                db, sql: "SELECT body FROM \(shelf.table) WHERE sequence = ?", arguments: [number])
            guard let body else { continue }
            try db.execute(
                sql: "INSERT OR REPLACE INTO deadLetter VALUES (?, ?, ?)", arguments: [number, body, reason])
            try deleteRow(number, shelf, db)
            state.count(shelf, records: -1, bytes: -body.count)
            state.deadLetters += 1
            try noteRange(number...number, reason: Self.deadLetter, db)
            if shelf == .gap { try keepRanges(of: body, db) }
            return try forgetEvidence(of: number, db, &state)
        }
        return []
    }

    static let deadLetter = "deadLetter"

    /// A refused `Gap` must not take its account along: another one will carry it.
    private func keepRanges(of body: Data, _ db: Database) throws {
        let gap = try Ngatu_V1_Record(serializedBytes: body).gap
        for range in gap.ranges { try noteRange(Int64(range.first)...Int64(range.last), reason: Self.deadLetter, db) }
    }

    /// Forgets a batch that the collector has certainly not stored: its records are waiting again.
    func discardPending() throws {
        try transaction { db, _ in try setPending(nil, db) }
        remember(nil)
    }

}
