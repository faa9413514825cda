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
    /// - A collector that is ahead holds batches that this spool never sent: another machine has a copy of it and of the
    ///   key, or it was restored from a backup. What a copy may hold too goes out under the old numbers, which the
    ///   collector takes once; all newer records go to a new epoch: see ``Store/goOnWithFork(excluding:now:_:_:)``.
    ///
    /// - Returns: whether the collector is ahead.
    /// - Throws: ``OutboxError`` of kind `badAnswer` for a receipt of another epoch, or with numbers that no chain reaches.
    @discardableResult
    func adoptHead(_ receipt: Ngatu_V1_BatchReceipt, now: Date = Date()) throws -> Bool {
        let bound: UInt64 = 1 << 62
        guard receipt.epoch == state.epoch, receipt.number < bound, receipt.contiguousSequence < bound else {
            throw OutboxError(.badAnswer, "the collector's receipt is not of this spool")
        }
        let isOtherBatch = receipt.number == state.headNumber && receipt.number > 0 && receipt.hash != state.headHash
        let isAhead = receipt.number > state.headNumber || isOtherBatch
        let fork =
            state.fork
            ?? (isAhead ? SpoolState.Fork(epoch: directory.nextEpoch(now: now), sequence: firstUnshared) : nil)
        if let fork { try directory.remember(epoch: fork.epoch) }
        try transaction { db, state in
            state.headNumber = receipt.number
            state.headHash = receipt.number == 0 ? BatchSeal.genesis : receipt.hash
            try setPending(nil, db)
            let ours = min(state.contiguousSequence, (fork?.sequence ?? .max) - 1)
            if receipt.contiguousSequence < ours { try noteMissing(after: receipt.contiguousSequence, upTo: ours, db) }
            state.contiguousSequence = receipt.contiguousSequence
            state.fork = fork
        }
        remember(nil)
        return isAhead
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
}
