import BatchCodec
import CollectorDomain
import EventModel
import Foundation
import GRDB

/// One hash chain: an epoch of an agent, as stored.
struct ChainRow {
    /// How a batch stands to the chain.
    enum Link {
        /// It continues the head.
        case next
        /// It is stored already, byte for byte.
        case known
        /// It does not fit.
        case broken(String)
    }

    /// 0 before the first batch.
    private(set) var id: Int64
    let agent: Int64
    let epoch: Int64
    private(set) var headNumber: Int64
    private(set) var headHash: Data

    init(agent: Int64, epoch: Int64, in db: Database) throws {
        self.agent = agent
        self.epoch = epoch
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, headNumber, headHash FROM chain WHERE agent = ? AND epoch = ?"),
            arguments: [agent, epoch])
        id = row?["id"] ?? 0
        headNumber = row?["headNumber"] ?? 0
        headHash = row?["headHash"] ?? BatchSeal.genesis
    }

    func link(to incoming: IncomingBatch, in db: Database) throws -> Link {
        let number = Int64(bitPattern: incoming.batch.number)
        if number == headNumber + 1 {
            return incoming.batch.previousHash == headHash
                ? .next : .broken("batch \(number) does not name the hash of the head as its predecessor")
        }
        guard number > 0, number <= headNumber else {
            return .broken("the head is batch \(headNumber), not \(number - 1)")
        }
        let stored: Data? = try db.cachedStatement(sql: "SELECT hash FROM batch WHERE chain = ? AND number = ?")
            .fetchFirst([id, number])
        return stored == incoming.hash ? .known : .broken("batch \(number) is stored with another hash")
    }

    mutating func insert(in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO chain (agent, epoch, headNumber, headHash) VALUES (?, ?, 0, ?)",
            arguments: [agent, epoch, headHash])
        id = db.lastInsertedRowID
    }

    /// Merges sequences into the stored ranges. Touches only their neighbours.
    func cover(_ covered: SequenceRanges, in db: Database) throws {
        for range in covered.ranges {
            var merged = SequenceRanges([range])
            let neighbours = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT first, last FROM chainRange WHERE chain = ?1 AND first <= ?3 + 1 AND first >= ifnull(
                            (SELECT max(first) FROM chainRange WHERE chain = ?1 AND first <= ?2), 0)
                        """), arguments: [id, range.lowerBound, range.upperBound])
            for row in neighbours { merged.insert((row[0] as Int64)...(row[1] as Int64)) }
            for row in neighbours {
                try db.cachedStatement(sql: "DELETE FROM chainRange WHERE chain = ? AND first = ?")
                    .execute(arguments: [id, row[0] as Int64])
            }
            for range in merged.ranges {
                try db.cachedStatement(sql: "INSERT INTO chainRange VALUES (?, ?, ?)")
                    .execute(arguments: [id, range.lowerBound, range.upperBound])
            }
        }
    }

    /// Stores the proof and moves the head.
    mutating func append(_ arrival: Arrival, firstCursor: Int64, inserted: Int, in db: Database) throws {
        let incoming = arrival.batch
        headNumber = Int64(bitPattern: incoming.batch.number)
        headHash = incoming.hash
        try db.cachedStatement(
            sql: """
                INSERT INTO batch (chain, number, hash, payload, signature, receivedMicros, firstCursor, inserted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id, headNumber, headHash, incoming.payload, incoming.signature, arrival.receivedAt.unixMicroseconds,
            firstCursor, inserted,
        ])
        try db.cachedStatement(sql: "UPDATE chain SET headNumber = ?, headHash = ? WHERE id = ?")
            .execute(arguments: [headNumber, headHash, id])
    }

    func receipt(
        inserted: UInt32 = 0, duplicates: UInt32 = 0, receivedAt: Date, in db: Database
    ) throws -> Ngatu_V1_BatchReceipt {
        let mark: Int64? = try db.cachedStatement(sql: "SELECT last FROM chainRange WHERE chain = ? AND first = 1")
            .fetchFirst([id])
        var receipt = Ngatu_V1_BatchReceipt()
        receipt.epoch = UInt64(bitPattern: epoch)
        receipt.number = UInt64(headNumber)
        receipt.hash = headHash
        receipt.contiguousSequence = UInt64(mark ?? 0)
        receipt.inserted = inserted
        receipt.duplicates = duplicates
        receipt.receivedMicros = receivedAt.unixMicroseconds
        return receipt
    }
}
