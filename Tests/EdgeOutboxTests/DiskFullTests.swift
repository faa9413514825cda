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
        await appendFromAThread(300, to: bench.outbox)
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

    /// Less than half of the memory is taken, so nothing but the alerts themselves calls for room.
    @Test func aFewAlertsOnAFullDiskMakeRoomToo() async throws {
        var bench = try Bench { $0.memoryRecords = 10_000 }
        for number in UInt64(0)..<2_000 { bench.outbox.append(makeRecord(.sample, number), lane: .sample) }
        try await bench.outbox.appendAndWait(makeSample(), lane: .sample)
        try await limit(bench.outbox, toPages: 1)
        for number in UInt64(0)..<299 { bench.outbox.append(makeAlert(number), lane: .alert) }
        try await bench.outbox.appendAndWait(makeAlert(299), lane: .alert)
        try await limit(bench.outbox, toPages: nil)
        await bench.drain()
        let alerts = await bench.collector.records.values.filter { $0.record.securityAlert.kind == "intrusion" }
        #expect(alerts.count == 300)
    }

    /// Waiting for memory must not hold the threads that all tasks share: here there are more waiters than threads.
    @Test func tasksThatWaitForMemoryHoldNoThread() async throws {
        let bench = try Bench { $0.memoryRecords = 10 }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        try await limit(bench.outbox, toPages: 1)
        let outbox = bench.outbox
        let stored = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for number in UInt64(2)...2_000 {
                group.addTask { try await outbox.appendAndWait(makePassage(track: number), lane: .passage) }
            }
            while outbox.status().blockedAppends < 100 { await Task.yield() }
            try await limit(outbox, toPages: nil)
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        #expect(stored == Set(2...2_000))
    }

    @Test func closingOnAFullDiskEndsAndCountsWhatIsLost() async throws {
        let bench = try Bench { $0.memoryRecords = 50 }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        try await limit(bench.outbox, toPages: 1)
        let outbox = bench.outbox
        let blocked = Task { await appendFromAThread(4_000, to: outbox) }
        while outbox.status().blockedAppends == 0 { await Task.yield() }
        let start = ContinuousClock.now
        await outbox.close()
        #expect(ContinuousClock.now - start < .seconds(12))
        await blocked.value
        let stored = try Store(outbox.configuration).state.nextSequence - 1
        #expect(outbox.status().lostRecords + Int(stored) == 4_001)
        #expect(!outbox.offer(makeSample(), lane: .sample))
    }

    /// Blocks while memory is full, so not on the cooperative pool.
    private func appendFromAThread(_ count: UInt64, to outbox: Outbox) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                for number in 0..<count { outbox.append(makeAlert(number), lane: .alert) }
                continuation.resume()
            }
        }
    }
}
