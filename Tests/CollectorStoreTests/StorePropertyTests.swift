import BatchCodec
import CollectorDomain
import EventModel
import Foundation
import GRDB
import Testing

@testable import CollectorStore

@Suite struct StorePropertyTests {
    /// Duplicates, replays, overtaking, gaps and conflicts in random order.
    @Test(arguments: 0..<25) func rowsAreThereExactlyOnce(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let place = try TemporaryStore()
        var agents = [try await TestAgent(at: place.store), try await TestAgent(at: place.store, site: "site-b")]
        var models = [AgentModel(), AgentModel()]
        for _ in 0..<30 {
            let index = Int.random(in: 0...1, using: &generator)
            let records = models[index].makeRecords(using: &generator)
            let batch = try agents[index].peek(records)
            switch Int.random(in: 0...9, using: &generator) {
            case 0:  // a broken predecessor
                var broken = agents[index]
                broken.head = Data(repeating: 7, count: 32)
                let answer = try await place.store.accept(try broken.peek(records), receivedAt: testNow)
                #expect(answer.isConflict, "seed \(seed)")
            case 1 where models[index].last != nil:  // a replay
                guard let last = models[index].last else { continue }
                let answer = try await place.store.accept(last, receivedAt: testNow)
                #expect(answer.receipt?.inserted == 0, "seed \(seed)")
            default:
                let answer = try await place.store.accept(batch, receivedAt: testNow)
                let inserted = models[index].store(records, batch)
                #expect(answer.receipt?.inserted == UInt32(inserted), "seed \(seed)")
                #expect(
                    answer.receipt?.contiguousSequence == UInt64(models[index].covered.contiguousMark), "seed \(seed)")
                agents[index].number += 1
                agents[index].head = batch.hash
            }
            if Int.random(in: 0...9, using: &generator) == 0 { try place.reopen() }
        }
        let report = try await place.store.check()
        #expect(report.problems.isEmpty, "seed \(seed)")
        #expect(report.records == models.map(\.stored.count).reduce(0, +), "seed \(seed)")
        let (passages, sums) = try await place.store.pool.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM passage") ?? -1,
                try Int.fetchAll(db, sql: "SELECT sum(count) FROM rollup GROUP BY level")
            )
        }
        #expect(passages == models.map(\.passages).reduce(0, +), "seed \(seed)")
        #expect(passages == 0 || sums == [passages, passages, passages], "seed \(seed)")
    }

    /// Any changed byte of proof, row or file is found.
    @Test(arguments: 0..<60) func fsckFindsEveryTampering(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let file = Data((0..<500).map { UInt8(truncatingIfNeeded: $0) })
        var model = AgentModel()
        _ = try await place.store.accept(
            try agent.next([makePassage(900, file: file), makeAlert(901, file: Data([4]))]), receivedAt: testNow)
        let hash = makeEvidence(file).sha256
        _ = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 0, chunk: file, receivedAt: testNow)
        for _ in 0..<3 {
            let records = model.makeRecords(using: &generator)
            _ = try await place.store.accept(try agent.next(records), receivedAt: testNow)
        }
        #expect(try await place.store.check().problems.isEmpty)
        if seed.isMultiple(of: 6) {
            var bytes = file
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            try bytes.write(to: place.store.evidenceFiles.file(hash))
        } else {
            let target = try #require(Tampering.all.randomElement(using: &generator))
            let bits = generator.next()
            try await place.store.pool.write { db in try target.run(in: db, bits: bits) }
        }
        let report = try await place.store.check()
        #expect(!report.isClean, "seed \(seed)")
    }
}

/// What one agent's records must have become.
struct AgentModel {
    var covered = SequenceRanges()
    var stored = Set<UInt64>()
    var passages = 0
    var last: OpenedBatch?
    private var next: UInt64 = 1

    /// Some new records, some again, some from ahead, sometimes a gap.
    mutating func makeRecords(using generator: inout SeededGenerator) -> [Ngatu_V1_Record] {
        var sequences = Set<UInt64>()
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            switch Int.random(in: 0...5, using: &generator) {
            case 0: sequences.insert(UInt64.random(in: 1...(next + 10), using: &generator))
            case 1: next += UInt64.random(in: 1...4, using: &generator)
            default:
                sequences.insert(next)
                next += 1
            }
        }
        let gap = covered.missing.randomElement(using: &generator)
        return sequences.shuffled(using: &generator).map { sequence in
            if let gap, sequence.isMultiple(of: 7) {
                return makeGap(sequence, covering: [UInt64(gap.lowerBound)...UInt64(gap.upperBound)])
            }
            if sequence.isMultiple(of: 5) { return makeAlert(sequence, file: Data("\(sequence)".utf8)) }
            if sequence.isMultiple(of: 3) { return makeHealth(sequence) }
            return makePassage(
                sequence, camera: "cam-\(sequence % 4)", line: "line-\(sequence % 3)",
                time: testMicros + Int64(sequence) * 40_000_000,
                direction: sequence.isMultiple(of: 2) ? .leftToRight : .rightToLeft,
                file: sequence.isMultiple(of: 4) ? Data("still \(sequence / 8)".utf8) : nil)
        }
    }

    mutating func store(_ records: [Ngatu_V1_Record], _ batch: OpenedBatch) -> Int {
        last = batch
        var inserted = 0
        for record in records {
            record.cover(&covered)
            guard stored.insert(record.sequence).inserted else { continue }
            inserted += 1
            if case .passage = record.body { passages += 1 }
        }
        return inserted
    }
}

/// One way to change what is stored behind the collector's back.
struct Tampering: Sendable {
    var table: String
    var column: String
    var isBlob = false

    static let all: [Tampering] =
        ["payload", "signature", "hash"].map { Tampering(table: "batch", column: $0, isBlob: true) }
        + ["number", "firstCursor", "inserted"].map { Tampering(table: "batch", column: $0) }
        + [
            "camera", "timeMicros", "clock", "line", "direction", "objectClass", "track", "confidencePercent",
            "sequence",
        ]
        .map { Tampering(table: "passage", column: $0) }
        + ["timeMicros", "severity", "phase", "alert", "fromMicros", "toMicros"].map {
            Tampering(table: "alert", column: $0)
        }
        + ["byteCount", "role", "agent"].map { Tampering(table: "evidence", column: $0) }
        + ["count", "bucket"].map { Tampering(table: "rollup", column: $0) }
        + [
            Tampering(table: "chain", column: "headNumber"),
            Tampering(table: "chain", column: "headHash", isBlob: true),
            Tampering(table: "chainRange", column: "last"), Tampering(table: "record", column: "cursor"),
            Tampering(table: "evidence", column: "sha256", isBlob: true),
            Tampering(table: "recordEvidence", column: "evidence"),
            Tampering(table: "agent", column: "publicKey", isBlob: true),
        ]

    func run(in db: Database, bits: UInt64) throws {
        let key = try String.fetchAll(
            db, sql: "SELECT name FROM pragma_table_info('\(table)') WHERE pk > 0 ORDER BY pk"
        ).joined(separator: ",")
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
        let offset = Int(bits % UInt64(max(1, count)))
        let chosen = "(\(key)) = (SELECT \(key) FROM \(table) LIMIT 1 OFFSET \(offset))"
        if isBlob {
            var bytes = try Data.fetchOne(db, sql: "SELECT \(column) FROM \(table) WHERE \(chosen)") ?? Data()
            bytes[Int(bits >> 8) % bytes.count] ^= UInt8(1 << (bits % 8))
            try db.execute(sql: "UPDATE \(table) SET \(column) = ? WHERE \(chosen)", arguments: [bytes])
        } else {
            try db.execute(sql: "UPDATE \(table) SET \(column) = \(column) + 1000003 WHERE \(chosen)")
        }
        #expect(db.changesCount == 1, "\(table).\(column)")
    }
}
