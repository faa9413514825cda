import EventModel
import Foundation
import GRDB
import Testing

@testable import EdgeOutbox

@Suite struct DamageTests {
    private func makeSpool(_ scratch: Scratch, records: UInt64 = 400) throws -> OutboxConfiguration {
        let configuration = OutboxConfiguration(directory: scratch.spool)
        let store = try Store(configuration)
        for start in stride(from: 1, through: records, by: 20) {
            let numbers = start..<min(start + 20, records + 1)
            _ = try store.append(
                numbers.map { number in
                    let lane = [Lane.alert, .passage, .sample][Int(number % 3)]
                    return queued(makeRecord(lane, number), lane)
                })
        }
        try store.close()
        return configuration
    }

    /// One to twenty flipped bytes anywhere: the spool opens, and every number is readable, unchanged, or belongs to an
    /// epoch that a Gap declares damaged.
    @Test(arguments: 0..<150 as Range<UInt64>)
    func aDamagedSpoolIsReadableOrReplacedAndReported(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let scratch = Scratch()
        let configuration = try makeSpool(scratch)
        let path = configuration.directory + "/spool.sqlite"
        var content = try Data(contentsOf: URL(fileURLWithPath: path))
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            content[Int.random(in: 0..<content.count, using: &generator)] ^= UInt8.random(
                in: 1...255, using: &generator)
        }
        try content.write(to: URL(fileURLWithPath: path))

        let store = try Store(configuration)
        let reason = store.replacement
        do {
            let account = try Account(store)
            if reason == nil {
                #expect(account.waiting == Set(1...400), "seed \(seed)")
            } else {
                #expect(account.waiting.isEmpty && account.next == 1, "seed \(seed)")
                let details = try store.read { try String.fetchAll($0, sql: "SELECT detail FROM notice") }
                #expect(details.contains { $0.hasPrefix("epoch ") }, "seed \(seed)")
            }
        } catch {
            // Found only when the row is read: the writer then replaces the spool, as below.
            #expect(Store.damage(error) != nil, "seed \(seed)")
        }
        _ = try store.append([queued(makePassage(), .passage)])
    }

    @Test func damageFoundWhileShippingIsReportedAndTheAgentGoesOn() async throws {
        var bench = try Bench()
        try await bench.outbox.appendAndWait(makePassage(track: 1), lane: .passage)
        let old = bench.outbox.status().epoch
        try await bench.outbox.writer.perform { store in
            try store.transaction { db, _ in try db.execute(sql: "UPDATE passageRecord SET body = x'00ff'") }
        }
        await bench.drain()
        let new = bench.outbox.status().epoch
        #expect(new > old)
        try await bench.outbox.appendAndWait(makePassage(track: 2), lane: .passage)
        await bench.drain()
        let gaps = await bench.collector.gapRecords
        #expect(gaps.map(\.reason) == ["spoolDamaged"])
        #expect(gaps.first?.detail.contains("epoch \(old)") == true)
        #expect(await bench.collector.records.values.map(\.record.passage.track).contains(2))
        #expect(bench.outbox.status().problems.contains { $0.contains("damaged") })
        let kept = try FileManager.default.contentsOfDirectory(atPath: bench.scratch.spool)
        #expect(kept.contains { $0.hasPrefix("damaged-") })
    }

    @Test(arguments: [Data(), Data("not a database at all, but a text".utf8), Data(count: 8_192)])
    func aFileThatIsNoSpoolIsSetAside(content: Data) throws {
        let scratch = Scratch()
        let configuration = try makeSpool(scratch)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: configuration.directory + "/spool.sqlite" + suffix)
        }
        try content.write(to: URL(fileURLWithPath: configuration.directory + "/spool.sqlite"))
        let store = try Store(configuration)
        #expect(store.replacement != nil && store.state.nextSequence == 1)
    }

    @Test func aSpoolThatVanishedIsReported() throws {
        let scratch = Scratch()
        let configuration = try makeSpool(scratch, records: 20)
        let epoch = try #require(try SpoolDirectory(scratch.spool).lastEpoch())
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: configuration.directory + "/spool.sqlite" + suffix)
        }
        let store = try Store(configuration)
        let details = try store.read { try String.fetchAll($0, sql: "SELECT detail FROM notice") }
        #expect(details == ["epoch \(epoch): its database is missing"])
        #expect(store.state.epoch > epoch && store.replacement != nil)
    }

    @Test func aFirstSpoolReportsNoLoss() throws {
        let scratch = Scratch()
        let store = try Store(OutboxConfiguration(directory: scratch.spool))
        #expect(try store.unreportedLosses() == 0 && store.replacement == nil)
    }

    /// What a kill leaves at each step of the first start: nothing was stored yet, so nothing is lost.
    @Test func aFirstStartThatWasCutOffReportsNoLoss() throws {
        let finished = Scratch()
        let configuration = try makeSpool(finished, records: 20)
        let epoch = try #require(try SpoolDirectory(finished.spool).lastEpoch())

        let draft = Scratch()
        try FileManager.default.createDirectory(atPath: draft.spool, withIntermediateDirectories: true)
        try Data("half a page".utf8).write(to: URL(fileURLWithPath: draft.spool + "/spool.new"))
        let first = try Store(OutboxConfiguration(directory: draft.spool))
        #expect(try first.unreportedLosses() == 0 && first.replacement == nil)

        try FileManager.default.removeItem(atPath: finished.spool + "/epoch")
        let second = try Store(configuration)
        #expect(second.state.recordCount == 20 && second.replacement == nil)
        #expect(second.directory.lastEpoch() == epoch, "written by the next start: a loss later is not overlooked")
    }

    @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
        let scratch = Scratch()
        let configuration = try makeSpool(scratch)
        do {
            let queue = try DatabaseQueue(path: configuration.directory + "/spool.sqlite")
            try queue.write { db in
                var state = try SpoolSchema.load(db)
                state.schema = SpoolSchema.version + 1
                try SpoolSchema.save(state, db)
                try db.execute(sql: "PRAGMA user_version = \(state.schema)")
            }
        }
        #expect { try Store(configuration) } throws: { ($0 as? OutboxError)?.kind == .newerSchema }
        let queue = try DatabaseQueue(path: configuration.directory + "/spool.sqlite")
        let kept = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM passageRecord") }
        #expect(kept == 134)
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: scratch.spool).contains { $0.hasPrefix("damaged") })
    }

    @Test func aSpoolOfTheFirstVersionIsTakenOver() throws {
        let scratch = Scratch()
        let configuration = try makeSpool(scratch, records: 20)
        do {
            let queue = try DatabaseQueue(path: configuration.directory + "/spool.sqlite")
            try queue.write { db in
                var state = try SpoolSchema.load(db)
                state.schema = 1
                try SpoolSchema.save(state, db)
                try db.execute(sql: "ALTER TABLE evidence DROP COLUMN strikes; PRAGMA user_version = 1")
            }
        }
        let store = try Store(configuration)
        #expect(store.state.recordCount == 20 && store.state.schema == SpoolSchema.version)
        #expect(store.replacement == nil)
        #expect(try store.nextEvidence() == nil)
    }

    @Test func epochsGrowEvenWhenTheClockGoesBack() throws {
        let scratch = Scratch()
        let directory = try SpoolDirectory(scratch.spool)
        let first = directory.nextEpoch(now: Date(timeIntervalSince1970: 2_000_000_000))
        try directory.remember(epoch: first)
        let second = directory.nextEpoch(now: Date(timeIntervalSince1970: 1_000_000_000))
        #expect(first / 1_000_000 == 2_000_000_000_000 && second == first + 1)
    }

    /// A copy of the files at any moment is what a power cut leaves: every confirmed append is in it.
    @Test func aCopyTakenMidwayHoldsEveryConfirmedRecord() async throws {
        let bench = try Bench()
        for round in 0..<10 {
            for number in UInt64(0)..<30 { bench.outbox.append(makePassage(track: number), lane: .passage) }
            let confirmed = try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
            let copy = Scratch()
            try FileManager.default.copyItem(atPath: bench.scratch.spool, toPath: copy.spool)
            let account = try Account(Store(OutboxConfiguration(directory: copy.spool)))
            #expect(account.waiting.isSuperset(of: 1...confirmed), "round \(round)")
        }
    }
}
