import BatchCodec
import EventModel
import Foundation
import GRDB
import SwiftProtobuf

/// The way from an epoch that another machine writes to, to one of our own.
///
/// Records below ``SpoolState/Fork/sequence`` may be in the other machine's spool too: they are delivered in the old epoch,
/// where the collector takes each number once, whoever sends it. Losses below it are told there, by `Gap` records that take
/// a lost number themselves: every other number may be the other machine's. When nothing is left below, the new epoch
/// begins. Records keep their numbers; a first `Gap` tells that the numbers before were those of the old epoch.
extension Store {
    static let newEpoch = "newEpoch"

    /// Prepares the next batch of the old epoch, or begins the new one when nothing is left.
    func goOnWithFork(excluding: Set<UInt64>, now: Date, _ db: Database, _ state: inout SpoolState) throws {
        guard let fork = state.fork else { return }
        try tellOldLosses(below: fork.sequence, now: now, db, &state)
        let old = try oldRecords(below: fork.sequence, atMost: excluding.count + 1, db)
        if !old.isEmpty, old.allSatisfy({ excluding.contains($0.sequence) }) {
            for record in old { try moveAlong(record.sequence, record.shelf, db, &state) }
            try tellOldLosses(below: fork.sequence, now: now, db, &state)
            return
        }
        if old.isEmpty { try beginEpoch(fork, now: now, db, &state) }
    }

    private func oldRecords(
        below bound: UInt64, atMost limit: Int, _ db: Database
    ) throws -> [(sequence: UInt64, shelf: Shelf)] {
        try Shelf.allCases.flatMap { shelf in
            try Int64.fetchAll(
                db, sql: "SELECT sequence FROM \(shelf.table) WHERE sequence < ? LIMIT ?",
                arguments: [Int64(bound), limit]
            ).map { (sequence: UInt64($0), shelf: shelf) }
        }
    }

    /// Turns losses below the bound into `Gap` records, each with the first lost number for its own.
    private func tellOldLosses(below bound: UInt64, now: Date, _ db: Database, _ state: inout SpoolState) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT reason, first, last FROM droppedRange WHERE first < ?", arguments: [Int64(bound)])
        for row in rows {
            let (reason, first, last) = (row[0] as String, row[1] as Int64, row[2] as Int64)
            try db.execute(
                sql: "DELETE FROM droppedRange WHERE reason = ? AND first = ?", arguments: [reason, first])
            let end = min(last, Int64(bound) - 1)
            if end < last { try noteRange((end + 1)...last, reason: reason, db) }
            var gap = Ngatu_V1_Gap()
            gap.reason = reason
            gap.count = UInt64(end - first + 1)
            if end > first {
                gap.ranges = [
                    .with {
                        $0.first = UInt64(first + 1); $0.last = UInt64(end)
                    }
                ]
            }
            try insert(gap, at: first, now: now, db, &state)
        }
    }

    /// A record that the collector refuses alone holds up the new epoch no longer: it goes there, where others may prove
    /// that it is to blame.
    private func moveAlong(_ sequence: UInt64, _ shelf: Shelf, _ db: Database, _ state: inout SpoolState) throws {
        let (old, new) = (Int64(sequence), Int64(state.nextSequence))
        let body = try Data.fetchOne(db, sql: "SELECT body FROM \(shelf.table) WHERE sequence = ?", arguments: [old])
        guard let body else { return }
        try deleteRow(old, shelf, db)
        try insertRow(new, body, shelf: shelf, db)
        try db.execute(sql: "UPDATE evidence SET sequence = ? WHERE sequence = ?", arguments: [new, old])
        state.nextSequence += 1
        try noteRange(old...old, reason: Self.newEpoch, db)
    }

    private func beginEpoch(
        _ fork: SpoolState.Fork, now: Date, _ db: Database, _ state: inout SpoolState
    ) throws {
        var gap = Ngatu_V1_Gap()
        gap.reason = Self.newEpoch
        gap.detail =
            "epoch \(state.epoch) goes on as \(fork.epoch), nothing is lost: two machines use one key, "
            + "or the spool was restored from a backup"
        if fork.sequence > 1 {
            gap.ranges = [
                .with {
                    $0.first = 1; $0.last = fork.sequence - 1
                }
            ]
        }
        state.epoch = fork.epoch
        state.fork = nil
        (state.headNumber, state.headHash, state.contiguousSequence) = (0, BatchSeal.genesis, 0)
        try insert(gap, at: Int64(state.nextSequence), now: now, db, &state)
        state.nextSequence += 1
    }
}
