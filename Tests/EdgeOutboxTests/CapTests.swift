import EventModel
import Foundation
import GRDB
import SwiftProtobuf
import Testing

@testable import EdgeOutbox

@Suite struct CapTests {
    @Test func samplesGoBeforePassagesAndPassagesBeforeAlerts() throws {
        let scratch = Scratch()
        var configuration = OutboxConfiguration(directory: scratch.spool)
        configuration.recordByteCap = 100_000
        let store = try Store(configuration)
        for start in stride(from: 0, to: 3_000, by: 30) {
            let records = (start..<start + 30).map { number in
                let lane = [Lane.sample, .passage, .alert][number % 3]
                return queued(makeRecord(lane, UInt64(number)), lane)
            }
            _ = try store.append(records)
            #expect(store.state.recordBytes <= 100_000)
        }
        #expect(store.state.counts[Shelf.sample.rawValue] <= 30)
        #expect((1..<1_000).contains(store.state.counts[Shelf.passage.rawValue]))
        #expect(store.state.counts[Shelf.alert.rawValue] == 1_000)
    }

    /// Whatever is appended, dropped, refused, lost on the way or sent twice: every number is at the collector, waits,
    /// or is covered by exactly one `Gap`, delivered or still to come.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func everyNumberIsStoredWaitingOrCoveredByOneGap(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        var bench = try Bench { $0.recordByteCap = 100_000 }
        var faults: [FakeCollector.Fault?] = []
        for _ in 0..<40 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: faults.append(.unreachable)
            case 1: faults.append(.lostAnswer)
            case 2: faults.append(.status(500))
            case 3: faults.append(.status(429, ["retry-after": "2"]))
            default: faults.append(nil)
            }
        }
        await bench.collector.script(faults)
        await bench.collector.refuse(Set((0..<3).map { _ in UInt64.random(in: 1...1_500, using: &generator) }))
        for _ in 0..<Int.random(in: 2...5, using: &generator) {
            for _ in 0..<Int.random(in: 1...900, using: &generator) {
                let lane = Lane.allCases.randomElement(using: &generator) ?? .passage
                bench.outbox.append(makeRecord(lane, 1), lane: lane)
            }
            try await bench.outbox.appendAndWait(makeSample(), lane: .sample)
            if Bool.random(using: &generator) { await bench.run(for: .seconds(3)) }
        }
        try await expectAccount(of: bench, "before the end, seed \(seed)")
        await bench.collector.script([])
        await bench.drain()
        try await expectAccount(of: bench, "at the end, seed \(seed)")
        #expect(bench.outbox.status().waitingRecords == 0, "seed \(seed)")
        #expect(bench.outbox.status().waitingBytes == 0, "seed \(seed)")
    }

    private func expectAccount(of bench: Bench, _ when: Comment) async throws {
        let (stored, delivered) = await bench.collector.accounted
        let local = try await bench.outbox.writer.perform { store in
            try Account(store, confirmed: stored)
        }
        var covered = delivered
        for (sequence, count) in local.covered { covered[sequence, default: 0] += count }
        #expect(covered.values.allSatisfy { $0 == 1 }, when)
        #expect(stored.isDisjoint(with: covered.keys), when)
        #expect(local.waiting.isDisjoint(with: covered.keys), when)
        #expect(stored.union(local.waiting).union(covered.keys) == Set(1..<local.next), when)
    }
}

/// What a spool says of every number.
struct Account: Sendable {
    var waiting: Set<UInt64> = []
    var covered: [UInt64: Int] = [:]
    var next: UInt64

    /// - Parameter confirmed: gaps among these were counted at the collector.
    init(_ store: Store, confirmed: Set<UInt64> = []) throws {
        next = store.state.nextSequence
        try store.read { db in
            for shelf in Shelf.allCases {
                for row in try Row.fetchAll(db, sql: "SELECT sequence, body, checksum FROM \(shelf.table)") {
                    let record = try Store.record(row)
                    waiting.insert(record.sequence)
                    if !confirmed.contains(record.sequence) { count(record.gap.ranges.map { $0.first...$0.last }) }
                }
            }
            for row in try Row.fetchAll(db, sql: "SELECT first, last FROM droppedRange") {
                count([UInt64(row[0] as Int64)...UInt64(row[1] as Int64)])
            }
        }
    }

    private mutating func count(_ ranges: [ClosedRange<UInt64>]) {
        for range in ranges { for sequence in range { covered[sequence, default: 0] += 1 } }
    }
}
