import EventModel
import Foundation
import GRDB
import Testing

@testable import EdgeOutbox

@Suite struct DiskFullTests {
    /// SQLite answers SQLITE_FULL when `max_page_count` is reached, as it does when the disk is full.
    private func limit(_ outbox: Outbox, toPages pages: Int?) async throws {
        try await outbox.writer.perform { store in
            _ = try store.read { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages ?? 1_000_000)") }
        }
    }

    @Test func recordsWaitInMemoryAndAreStoredWhenThereIsRoom() async throws {
        var bench = try Bench()
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        try await limit(bench.outbox, toPages: 1)
        for number in UInt64(2)...3_000 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        while bench.outbox.status().problems.isEmpty { await Task.yield() }
        #expect(bench.outbox.status().queuedRecords > 0)
        try await limit(bench.outbox, toPages: nil)
        try await bench.outbox.appendAndWait(makePassage(track: 3_001), lane: .passage)
        #expect(bench.outbox.status().problems.isEmpty)
        await bench.drain()
        #expect(Set(await bench.collector.records.keys) == Set(1...3_001))
    }

    @Test func aFullMemoryOnAFullDiskMakesRoomByDroppingSamples() async throws {
        var bench = try Bench { $0.memoryRecords = 100 }
        for number in UInt64(0)..<2_000 { bench.outbox.append(makeRecord(.sample, number), lane: .sample) }
        try await bench.outbox.appendAndWait(makeSample(), lane: .sample)
        try await limit(bench.outbox, toPages: 1)
        let outbox = bench.outbox
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {  // blocks while memory is full, so not on the cooperative pool
                for number in UInt64(0)..<300 { outbox.append(makeAlert(number), lane: .alert) }
                continuation.resume()
            }
        }
        try await bench.outbox.appendAndWait(makeAlert(300), lane: .alert)
        #expect(bench.outbox.status().blockedAppends > 0)
        #expect(bench.outbox.status().droppedRecords > 0)
        try await limit(bench.outbox, toPages: nil)
        await bench.drain()
        let (stored, gaps) = await bench.collector.accounted
        #expect(stored.union(gaps.keys).isSuperset(of: 1...2_302) && stored.isDisjoint(with: gaps.keys))
        #expect(
            await bench.collector.records.values.filter { $0.record.securityAlert.kind == "intrusion" }.count == 301)
    }
}
