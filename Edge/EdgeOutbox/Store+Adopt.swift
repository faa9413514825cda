import BatchCodec
import EventModel
import Foundation
import GRDB

/// Going on with a collector whose chain does not end where ours does: one of the two was restored from a backup.
extension Store {
    static let lostByCollector = "lostByCollector"

    /// Takes the collector's head of the chain for ours.
    ///
    /// - A collector that is behind has lost numbers which it had confirmed and which are deleted here: they are told in
    ///   a `Gap`. The collector's `contiguous_sequence` can move on.
    /// - A collector that is ahead knows numbers which this spool never assigned, or assigned to other records: a restored
    ///   or copied spool. Records stored since it was opened get numbers beyond the collector's, else it would take them
    ///   for duplicates. Where batches of this process were confirmed before, numbers below the collector's may be ours.
    ///
    /// - Throws: ``OutboxError`` of kind `badAnswer` for a receipt of another epoch, or with numbers that no chain reaches.
    func adoptHead(_ receipt: Ngatu_V1_BatchReceipt) throws {
        let bound: UInt64 = 1 << 62
        guard receipt.epoch == state.epoch, receipt.number < bound, receipt.contiguousSequence < bound else {
            throw OutboxError(.badAnswer, "the collector's receipt is not of this spool")
        }
        let opened = openedSequence
        let isFirstContact = state.headNumber == openedHead && receipt.number > openedHead
        var shift: Int64 = 0
        try transaction { db, state in
            state.headNumber = receipt.number
            state.headHash = receipt.number == 0 ? BatchSeal.genesis : receipt.hash
            try setPending(nil, db)
            if receipt.contiguousSequence < state.contiguousSequence {
                try noteMissing(after: receipt.contiguousSequence, upTo: state.contiguousSequence, db)
            } else if receipt.contiguousSequence >= (isFirstContact ? opened : state.nextSequence) {
                shift = Int64(receipt.contiguousSequence + 1) - Int64(opened)
                try renumber(from: Int64(opened), by: shift, db)
                state.nextSequence = UInt64(Int64(state.nextSequence) + shift)
            }
            state.contiguousSequence = receipt.contiguousSequence
        }
        remember(nil)
        moveOpenedSequence(by: shift)
    }

    /// Notes every number of the interval that is neither waiting nor accounted for.
    private func noteMissing(after low: UInt64, upTo high: UInt64, _ db: Database) throws {
        let tables = Shelf.allCases.map { "SELECT sequence AS first, sequence AS last FROM \($0.table)" }
        let known = (tables + ["SELECT first, last FROM droppedRange"]).joined(separator: " UNION ALL ")
        var missing: [ClosedRange<Int64>] = []
        var next = Int64(low) + 1
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM (\(known)) WHERE last > ? AND first <= ? ORDER BY first",
            arguments: [Int64(low), Int64(high)])
        while let row = try rows.next() {
            let first: Int64 = row[0]
            if first > next { missing.append(next...(first - 1)) }
            next = max(next, (row[1] as Int64) + 1)
        }
        if next <= Int64(high) { missing.append(next...Int64(high)) }
        for range in missing { try noteRange(range, reason: Self.lostByCollector, db) }
    }

    /// Moves numbers up, the highest first, so that none meets another.
    private func renumber(from first: Int64, by shift: Int64, _ db: Database) throws {
        for shelf in Shelf.allCases {
            var bound = Int64.max
            while true {
                let rows = try Row.fetchAll(
                    db,
                    sql: "SELECT sequence, body FROM \(shelf.table) WHERE sequence >= ? AND sequence < ? "
                        + "ORDER BY sequence DESC LIMIT 500", arguments: [first, bound])
                guard let lowest = rows.last else { break }
                for row in rows {
                    try deleteRow(row[0], shelf, db)
                    try insertRow((row[0] as Int64) + shift, row[1], shelf: shelf, db)
                }
                bound = lowest[0]
            }
        }
        try db.execute(
            sql: "UPDATE evidence SET sequence = sequence + ? WHERE sequence >= ?", arguments: [shift, first])
        try db.execute(
            sql: "UPDATE droppedRange SET first = -first - ?1, last = last + ?1 WHERE first >= ?2",
            arguments: [shift, first])
        try db.execute(sql: "UPDATE droppedRange SET first = -first WHERE first < 0")
    }
}
