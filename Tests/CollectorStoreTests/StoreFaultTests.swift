import BatchCodec
import CollectorDomain
import Crypto
import EventModel
import Foundation
import GRDB
import Testing

@testable import CollectorStore

@Suite struct StoreFaultTests {
    @Test func aFullDiskAcknowledgesNothingAndRecovers() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makePassage(1)]), receivedAt: testNow)
        try await place.store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let big = (2...2_000).map { makePassage($0, line: "line-\($0 % 50)", file: Data("\($0)".utf8)) }
        let batch = try agent.next(big)
        await #expect { try await place.store.accept(batch, receivedAt: testNow) } throws: {
            ($0 as? StoreError)?.kind == .storageFull
        }
        #expect(try await place.store.currentCursor() == 1)
        try await place.store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        let answer = try await place.store.accept(batch, receivedAt: testNow)
        #expect(answer.receipt?.inserted == 1_999)
        #expect(try await place.store.check().problems.isEmpty)
    }

    /// The files as a killed process leaves them: the database and its log, not closed.
    @Test func whatWasAcknowledgedSurvivesAnAbruptEnd() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        for first in stride(from: UInt64(1), to: 100, by: 10) {
            _ = try await place.store.accept(
                try agent.next((first..<first + 10).map { makePassage($0) }), receivedAt: testNow)
        }
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("collector-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: copy) }
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for name in ["collector.sqlite", "collector.sqlite-wal"] {
            try FileManager.default.copyItem(
                at: place.directory.appendingPathComponent(name), to: copy.appendingPathComponent(name))
        }
        let reopened = try CollectorDatabase(StoreConfiguration(directory: copy))
        #expect(try await reopened.currentCursor() == 100)
        #expect(try await reopened.check().problems.isEmpty)
        let answer = try await reopened.accept(try agent.next([makePassage(101)]), receivedAt: testNow)
        #expect(answer.receipt?.contiguousSequence == 101)
    }

    @Test func commitsAreSynchronous() async throws {
        let place = try TemporaryStore()
        let (mode, journal) = try await place.store.pool.writeWithoutTransaction { db in
            (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
        #expect(mode == 2 && journal == "wal")
    }

    @Test func aNewerSchemaIsRefusedAndLeftAlone() async throws {
        let place = try TemporaryStore()
        try await place.store.pool.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')")
        }
        #expect { try CollectorDatabase(StoreConfiguration(directory: place.directory)) } throws: {
            ($0 as? StoreError)?.kind == .newerSchema
        }
        #expect(try await place.store.currentCursor() == 0)
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("collector-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(repeating: 0x41, count: 8_192).write(to: folder.appendingPathComponent("collector.sqlite"))
        #expect { try CollectorDatabase(StoreConfiguration(directory: folder)) } throws: {
            ($0 as? StoreError)?.kind == .damaged
        }
    }

    /// Released schemas never change: the SHA-256 of what SQLite keeps of each version.
    @Test(arguments: [
        ("v1", "30f5e0d2c76578422e6ed7015c026b971a083cd9868fdcba211d8776387af85b"),
        ("v2", "f80f0ff94f24f788e26ba08df11ca13f0431f2d760f982739dcfb0aedb191b2b"),
    ])
    func aReleasedSchemaIsUnchanged(version: String, digest: String) async throws {
        let store = try DatabaseQueue()
        try Schema.migrator.migrate(store, upTo: version)
        let listing = """
            SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY name
            """
        let text = try await store.read { try String.fetchAll($0, sql: listing) }.joined(separator: "\n")
        #expect(Data(SHA256.hash(data: Data(text.utf8))).hexadecimal == digest)
    }

    @Test func recordsADayOffAreKeptAndCountedOnTheirDay() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let day: Int64 = 86_400_000_000
        let records = [-day, 0, day].enumerated().map {
            makePassage(UInt64($0.offset + 1), time: testMicros + $0.element)
        }
        _ = try await place.store.accept(try agent.next(records, sentMicros: testMicros + day), receivedAt: testNow)
        let today = LocalDay(containing: testNow)
        for day in [today.previous, today, today.next] {
            let points = try await place.store.series(camera: 1, day: day, level: .hour)
            #expect(points.map(\.count) == [1])
        }
        let offset = try await place.store.agent(agent.id)?.clockOffset
        #expect(offset == .seconds(-86_400))
        #expect(try await place.store.check().problems.isEmpty)
    }
}
