import EventModel
import Foundation
import GRDB
import Testing

@testable import EdgeOutbox

@Suite struct OutboxTests {
    /// GRDB falls back to NORMAL when it turns the write-ahead log on; then a power cut loses what was promised.
    @Test func everyCommitIsSyncedToTheDisk() throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(OutboxConfiguration(directory: folder))
        #expect(try store.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    }

    @Test func everythingAppendedArrivesOnceAndLeavesAnEmptySpool() async throws {
        var bench = try Bench()
        for number in 1...1_200 { bench.outbox.append(makePassage(track: UInt64(number)), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.drain()
        #expect(Set(await bench.collector.records.keys) == Set(1...1_201))
        let status = bench.outbox.status()
        #expect(status.waitingRecords == 0 && status.waitingBytes == 0 && status.problems.isEmpty)
        #expect(status.acknowledgedSequence == 1_201 && status.lastSequence == 1_201)
    }

    @Test func alertsOvertakePassagesAndPassagesOvertakeSamples() async throws {
        var bench = try Bench()
        for lane in [Lane.sample, .passage, .alert, .sample, .alert] {
            try await bench.outbox.appendAndWait(makeRecord(lane), lane: lane)
        }
        await bench.drain()
        #expect(await bench.collector.order == [3, 5, 2, 1, 4])
    }

    @Test func anAlertIsDurableAtOnceWhileOthersWaitForCompany() async throws {
        let bench = try Bench { $0.commitDelay = .seconds(3_600) }
        bench.outbox.append(makePassage(), lane: .passage)
        let sequence = try await bench.outbox.appendAndWait(makeAlert(), lane: .alert)
        #expect(sequence == 2)
        #expect(bench.outbox.status().waitingRecords == 2)
    }

    @Test func fiveHundredRecordsAreOneCommitWithoutWaiting() async throws {
        let bench = try Bench { $0.commitDelay = .seconds(3_600) }
        for number in 1..<500 { bench.outbox.append(makePassage(track: UInt64(number)), lane: .passage) }
        #expect(try await bench.outbox.appendAndWait(makePassage(), lane: .passage) == 500)
    }

    @Test func closingStoresWhatIsInMemory() async throws {
        let bench = try Bench { $0.commitDelay = .seconds(3_600) }
        for number in UInt64(1)...10 { bench.outbox.append(makePassage(track: UInt64(number)), lane: .passage) }
        await bench.outbox.close()
        let again = try Store(bench.outbox.configuration)
        #expect(again.state.recordCount == 10 && again.state.nextSequence == 11)
        await #expect(throws: OutboxError.self) { try await bench.outbox.appendAndWait(makePassage(), lane: .passage) }
    }

    @Test func aSecondProcessIsRefused() throws {
        let bench = try Bench()
        #expect { try Store(bench.outbox.configuration) } throws: { ($0 as? OutboxError)?.kind == .inUse }
    }

    /// A clock that is set back would hold up a lone record until the next one: no test can set the host's clock, so the
    /// calls that wait by it are kept out. `test_clock.py` shifts the clock that the process sees.
    @Test func nothingWaitsByTheWallClock() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Edge/EdgeOutbox").resolvingSymlinksInPath()
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "swift" }
        #expect(files.count > 20)
        for file in files {
            let code = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { !$0.contains("///") }.joined(separator: "\n")
            for call in ["NSCondition", "NSLock", ".wait(until:", "wallDeadline", "CLOCK_REALTIME"] {
                #expect(!code.contains(call), "\(file.lastPathComponent): \(call)")
            }
        }
    }
}
