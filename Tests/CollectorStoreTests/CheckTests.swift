import CollectorDomain
import Foundation
import GRDB
import Testing

@testable import CollectorStore

/// What `fsck` says about columns that somebody changed to another type of SQL, which SQLite allows.
@Suite struct CheckTests {
    private static let changes = [
        "UPDATE batch SET number = 'one'", "UPDATE batch SET payload = 7", "UPDATE batch SET firstCursor = 'x'",
        "UPDATE batch SET inserted = 0.5", "UPDATE chain SET headHash = 12", "UPDATE chain SET headNumber = x'00'",
        "UPDATE chainRange SET last = 'x'", "UPDATE agent SET publicKey = 5", "UPDATE agent SET keyHash = 'key'",
        "UPDATE camera SET name = x'ff'", "UPDATE line SET name = x'ff'", "UPDATE record SET cursor = 'x'",
        "UPDATE passage SET timeMicros = 'x'", "UPDATE passage SET camera = 1.5", "UPDATE rollup SET count = 'x'",
        "UPDATE rollup SET bucket = x'01'", "UPDATE evidence SET sha256 = 3", "UPDATE evidence SET byteCount = 'x'",
        "UPDATE evidence SET presentMicros = 'x'", "UPDATE storeState SET cursor = 'x'",
        // The right type, at the end of its range: sums must not trap either.
        "UPDATE batch SET number = 9223372036854775807", "UPDATE batch SET firstCursor = 9223372036854775807",
        "UPDATE batch SET inserted = -9223372036854775808", "UPDATE record SET cursor = 9223372036854775807",
        "UPDATE passage SET timeMicros = 9223372036854775807", "UPDATE chain SET headNumber = 9223372036854775807",
    ]

    @Test(arguments: changes) func aChangedColumnIsReported(change: String) async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let file = Data("a still".utf8)
        _ = try await place.store.accept(try agent.next([makePassage(1, file: file)]), receivedAt: testNow)
        #expect(try await place.store.check().isClean)
        try await place.store.pool.write { db in try db.execute(sql: change) }
        // Opened anew: what is read at start must not trap either.
        try place.reopen()
        #expect(try await place.store.check().isClean == false)
    }

    @Test func whatIsOfAnotherTypeIsNamed() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makePassage(1), makePassage(2)]), receivedAt: testNow)
        try await place.store.pool.write { db in
            try db.execute(sql: "UPDATE passage SET track = 'x' WHERE cursor = 2")
        }
        let problem = try #require(try await place.store.check().problems.first)
        #expect(problem.place == "table passage")
        #expect(problem.text == "1 rows hold something else than INTEGER in column track")
    }
}
