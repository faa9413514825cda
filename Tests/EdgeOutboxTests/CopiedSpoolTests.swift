import EventModel
import Foundation
import Testing

@testable import EdgeOutbox

/// One key and one spool in two machines, or in one that was restored from a backup: every record arrives once, and every
/// number of every epoch is there or in a `Gap`.
@Suite struct CopiedSpoolTests {
    /// An outbox with its shipper, on a clock of its own.
    private struct Machine {
        let outbox: Outbox
        let shipper: Shipper
        var now: Duration = .zero

        init(outbox: Outbox, shipper: Shipper, now: Duration) {
            (self.outbox, self.shipper, self.now) = (outbox, shipper, now)
        }

        init(_ spool: String, of bench: Bench, cap: Int = 2_000_000_000) throws {
            var configuration = OutboxConfiguration(directory: spool)
            configuration.commitDelay = .milliseconds(5)
            configuration.recordByteCap = cap
            outbox = try Outbox(configuration, logger: testLogger)
            shipper = Shipper(outbox, transport: bench.collector, key: bench.key, seed: 3, logger: testLogger)
        }

        mutating func run(for time: Duration) async {
            let end = now + time
            while now < end { now += max(.milliseconds(1), await shipper.step(now: now, wall: Date())) }
        }

        func append(_ tracks: ClosedRange<UInt64>) async throws {
            for track in tracks.dropLast() { outbox.append(makePassage(track: track), lane: .passage) }
            try await outbox.appendAndWait(makePassage(track: tracks.upperBound), lane: .passage)
        }
    }

    private func copy(_ spool: String) throws -> Scratch {
        let copy = Scratch()
        try FileManager.default.copyItem(atPath: spool, toPath: copy.spool)
        return copy
    }

    private func expectOnce(_ tracks: Set<UInt64>, at bench: Bench, _ comment: Comment) async {
        let found = await bench.collector.allRecords.compactMap { record in
            if case .passage(let passage) = record.body { passage.track } else { nil as UInt64? }
        }
        #expect(Set(found) == tracks, comment)
        #expect(found.count == tracks.count, comment)
        #expect(await bench.collector.missing.isEmpty, comment)
    }

    /// As many new records as the backup lacks, fewer, and more.
    @Test(arguments: [5, 10, 15] as [UInt64])
    func aSpoolRestoredFromABackupDoesNotReuseNumbers(count: UInt64) async throws {
        var bench = try Bench()
        for number in UInt64(1)...10 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        let backup = try copy(bench.scratch.spool)
        for number in UInt64(11)...20 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        await bench.drain()

        var restored = try Machine(backup.spool, of: bench)
        try await restored.append(101...(100 + count))
        await restored.run(for: .seconds(60))
        await expectOnce(Set(1...20).union(101...(100 + count)), at: bench, "\(count)")
        #expect(restored.outbox.status().waitingRecords == 0)
        #expect(restored.outbox.status().problems.contains { $0.contains("two machines with one key") })
        #expect(await bench.collector.epochs.count == 2)
        #expect(restored.outbox.status().acknowledgedSequence == restored.outbox.status().lastSequence)
    }

    /// Cloned while both have talked to the collector, then side by side in any order, with new records in between.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func twoMachinesSideBySideLoseNothing(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        var bench = try Bench()
        for number in UInt64(1)...10 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        await bench.drain()
        let clone = try copy(bench.scratch.spool)
        var first = Machine(outbox: bench.outbox, shipper: bench.shipper, now: bench.now)
        var second = try Machine(clone.spool, of: bench)
        var tracks = Set<UInt64>(1...10)
        for round in UInt64(1)...6 {
            let count = UInt64.random(in: 1...20, using: &generator)
            try await first.append((round * 100)...(round * 100 + count))
            try await second.append((round * 1_000)...(round * 1_000 + count))
            tracks.formUnion((round * 100)...(round * 100 + count))
            tracks.formUnion((round * 1_000)...(round * 1_000 + count))
            if Bool.random(using: &generator) { await first.run(for: .seconds(2)) }
            if Bool.random(using: &generator) { await second.run(for: .seconds(2)) }
        }
        await first.run(for: .seconds(300))
        await second.run(for: .seconds(300))
        await expectOnce(tracks, at: bench, "seed \(seed)")
        #expect(first.outbox.status().waitingRecords == 0 && second.outbox.status().waitingRecords == 0, "seed \(seed)")
    }

    /// Losses of the old epoch are told there although the way leads to a new one, and a refused record stops nothing.
    @Test func lossesAndRefusalsOfTheOldEpochAreTold() async throws {
        var bench = try Bench { $0.recordByteCap = 100_000 }
        try await bench.outbox.appendAndWait(makePassage(track: 1), lane: .passage)
        await bench.drain()
        for number in UInt64(1)...3_000 { bench.outbox.append(makeSample(UInt32(number)), lane: .sample) }
        try await bench.outbox.appendAndWait(makePassage(track: 2), lane: .passage)
        let refused = bench.outbox.status().lastSequence
        let clone = try copy(bench.scratch.spool)
        try await bench.outbox.appendAndWait(makeAlert(7), lane: .alert)
        await bench.shipper.stepOnce(at: .seconds(1))

        var second = try Machine(clone.spool, of: bench, cap: 100_000)
        await bench.collector.refuse([refused])
        try await second.append(3...3)
        await second.run(for: .seconds(600))
        let reasons = await bench.collector.allRecords.map(\.gap.reason)
        #expect(reasons.contains("diskCap") && reasons.contains("newEpoch"))
        #expect(await bench.collector.missing.isEmpty)
        #expect(second.outbox.status().waitingRecords == 0)
    }

    /// A kill between any two steps of the way leaves a spool that goes on from there.
    @Test func theWayToANewEpochSurvivesARestart() async throws {
        var bench = try Bench()
        try await bench.outbox.appendAndWait(makePassage(track: 1), lane: .passage)
        await bench.drain()
        try await bench.outbox.appendAndWait(makePassage(track: 2), lane: .passage)
        let clone = try copy(bench.scratch.spool)
        try await bench.outbox.appendAndWait(makePassage(track: 3), lane: .passage)
        await bench.drain()

        var spool = clone
        for step in 0..<8 {
            var machine = try Machine(spool.spool, of: bench)
            if step == 0 { try await machine.append(4...4) }
            _ = await machine.shipper.step(now: .seconds(1), wall: Date())
            _ = await machine.shipper.step(now: .seconds(2), wall: Date())
            machine.now = .seconds(2)
            spool = try copy(spool.spool)
        }
        var machine = try Machine(spool.spool, of: bench)
        await machine.run(for: .seconds(60))
        await expectOnce([1, 2, 3, 4], at: bench, "")
    }
}

extension Shipper {
    /// Past the linger: what waits is formed and sent.
    fileprivate func stepOnce(at now: Duration) async {
        _ = await step(now: now, wall: Date())
        _ = await step(now: now + .seconds(1), wall: Date())
    }
}
