import EventModel
import Foundation
import GRDB
import SwiftProtobuf

/// Dropping, and the account of it. A dropped number is a row of `droppedRange` in the transaction that deletes the
/// record; it becomes part of a `Gap` record when the next batch is formed. Ranges are merged with their neighbours, so
/// the account of a year of dropping stays small.
extension Store {
    static let diskCap = "diskCap"

    /// Makes room, the least important and oldest first; answers the evidence files to delete after the commit.
    ///
    /// Goes 1 % below the cap, so that a full spool does not drop in every commit. Records of the pending batch stay:
    /// the collector may have them already.
    func enforceRecordCap(_ cap: Int, _ db: Database, _ state: inout SpoolState) throws -> [String] {
        guard state.recordBytes > cap else { return [] }
        var doomed: [String] = []
        let kept = pending?.allSequences ?? []
        for shelf in Shelf.dropOrder {
            while state.recordBytes > cap - cap / 100 {
                let victims = try oldest(500, of: shelf, besides: kept, db)
                guard !victims.isEmpty else { break }
                doomed += try drop(victims, from: shelf, downTo: cap - cap / 100, db, &state)
            }
        }
        return doomed
    }

    /// Drops a twentieth of the samples and passages on a full disk, with the reserve given up for the time of it.
    func makeRoom() throws {
        directory.releaseReserve()
        var doomed: [String] = []
        try transaction { db, state in
            let spared = state.bytes[Shelf.alert.rawValue] + state.bytes[Shelf.gap.rawValue]
            let cap = spared + (state.recordBytes - spared) / 20 * 19
            doomed = try enforceRecordCap(cap, db, &state)
        }
        removeFiles(doomed)
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    private func oldest(
        _ count: Int, of shelf: Shelf, besides kept: Set<UInt64>, _ db: Database
    ) throws -> [(sequence: Int64, bytes: Int)] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT sequence, length(body) FROM \(shelf.table) ORDER BY sequence LIMIT ?"),
            arguments: [count + kept.count])
        return rows.map { (sequence: $0[0], bytes: $0[1]) }.filter { !kept.contains(UInt64($0.sequence)) }
    }

    private func drop(
        _ victims: [(sequence: Int64, bytes: Int)], from shelf: Shelf, downTo target: Int, _ db: Database,
        _ state: inout SpoolState
    ) throws -> [String] {
        var doomed: [String] = []
        var run: ClosedRange<Int64>?
        for victim in victims where state.recordBytes > target {
            try deleteRow(victim.sequence, shelf, db)
            state.count(shelf, records: -1, bytes: -victim.bytes)
            state.droppedRecords += 1
            doomed += try forgetEvidence(of: victim.sequence, db, &state)
            if let open = run, open.upperBound + 1 == victim.sequence {
                run = open.lowerBound...victim.sequence
            } else {
                if let open = run { try noteRange(open, reason: Self.diskCap, db) }
                run = victim.sequence...victim.sequence
            }
        }
        if let open = run { try noteRange(open, reason: Self.diskCap, db) }
        return doomed
    }

    func deleteRow(_ sequence: Int64, _ shelf: Shelf, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM \(shelf.table) WHERE sequence = ?").execute(arguments: [sequence])
    }

    /// Adds numbers that will never come, merged with a neighbour on either side.
    func noteRange(_ range: ClosedRange<Int64>, reason: String, _ db: Database) throws {
        var (first, last) = (range.lowerBound, range.upperBound)
        let before = try Row.fetchOne(
            db,
            sql:
                "SELECT first FROM droppedRange WHERE reason = ? AND first < ? AND last = ? ORDER BY first DESC LIMIT 1",
            arguments: [reason, first, first - 1])
        if let before { first = before[0] }
        let after = try Row.fetchOne(
            db, sql: "SELECT last FROM droppedRange WHERE reason = ? AND first = ?", arguments: [reason, last + 1])
        if let after {
            try db.execute(
                sql: "DELETE FROM droppedRange WHERE reason = ? AND first = ?", arguments: [reason, last + 1])
            last = after[0]
        }
        try db.execute(sql: "INSERT OR REPLACE INTO droppedRange VALUES (?, ?, ?)", arguments: [reason, first, last])
    }

    /// Adds a loss that has no number in this epoch.
    static func note(_ reason: String, count: Int, detail: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO notice (reason, count, detail) VALUES (?, ?, ?)", arguments: [reason, count, detail])
    }

    /// Most ranges in one `Gap` record: about 20 kB.
    private static let rangesInAGap = 1_000

    /// Turns losses into `Gap` records with numbers of their own.
    func makeGaps(now: Date, _ db: Database, _ state: inout SpoolState) throws {
        for reason in try String.fetchAll(db, sql: "SELECT DISTINCT reason FROM droppedRange") {
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT first, last FROM droppedRange WHERE reason = ? ORDER BY first LIMIT \(Self.rangesInAGap)",
                arguments: [reason])
            var gap = Ngatu_V1_Gap()
            gap.reason = reason
            for row in rows {
                gap.ranges.append(
                    .with {
                        $0.first = UInt64(row[0] as Int64); $0.last = UInt64(row[1] as Int64)
                    })
                try db.execute(
                    sql: "DELETE FROM droppedRange WHERE reason = ? AND first = ?",
                    arguments: [reason, row[0] as Int64])
            }
            gap.count = gap.ranges.reduce(0) { $0 + $1.last - $1.first + 1 }
            try insertNext(gap, now: now, db, &state)
        }
        for row in try Row.fetchAll(db, sql: "SELECT id, reason, count, detail FROM notice ORDER BY id LIMIT 20") {
            var gap = Ngatu_V1_Gap()
            gap.reason = row["reason"]
            gap.count = UInt64(row["count"] as Int64)
            gap.detail = row["detail"]
            try db.execute(sql: "DELETE FROM notice WHERE id = ?", arguments: [row["id"] as Int64])
            try insertNext(gap, now: now, db, &state)
        }
    }

    private func insertNext(_ gap: Ngatu_V1_Gap, now: Date, _ db: Database, _ state: inout SpoolState) throws {
        try insert(gap, at: Int64(state.nextSequence), now: now, db, &state)
        state.nextSequence += 1
    }

    func insert(
        _ gap: Ngatu_V1_Gap, at sequence: Int64, now: Date, _ db: Database, _ state: inout SpoolState
    ) throws {
        var record = Ngatu_V1_Record()
        record.timeMicros = now.unixMicroseconds
        record.clock = .host
        record.gap = gap
        let body = try record.serializedData()
        try insertRow(sequence, body, shelf: .gap, db)
        state.count(.gap, records: 1, bytes: body.count)
    }

    /// Losses that no `Gap` record names yet.
    func unreportedLosses() throws -> Int {
        try read { db in
            try Int.fetchOne(db, sql: "SELECT (SELECT count(*) FROM droppedRange) + (SELECT count(*) FROM notice)") ?? 0
        }
    }
}
