import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
import EventModel
import Foundation
import Testing

@Suite struct IntakeTests {
    @Test func aBatchIsStoredOnceAndAnsweredAgain() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let batch = try agent.next([makePassage(1), makePassage(2), makeHealth(3)])
        let first = try #require(try await place.store.accept(batch, receivedAt: testNow).receipt)
        #expect(first.inserted == 3 && first.duplicates == 0 && first.contiguousSequence == 3 && first.number == 1)
        #expect(first.hash == batch.hash)
        let again = try #require(try await place.store.accept(batch, receivedAt: testNow).receipt)
        #expect(again.inserted == 0 && again.duplicates == 3 && again.contiguousSequence == 3)
        #expect(try await place.store.currentCursor() == 3)
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test func aRecordSentInTwoBatchesCountsOnce() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makePassage(1), makePassage(2)]), receivedAt: testNow)
        let second = try await place.store.accept(
            try agent.next([makePassage(2), makePassage(3)]), receivedAt: testNow)
        #expect(second.receipt?.inserted == 1 && second.receipt?.duplicates == 1)
        let counts = try await place.store.liveCounts(scope: .all, now: testNow)
        #expect(counts.map(\.today) == [3] && counts.map(\.lastHour) == [3])
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test func alertsMayOvertakeAndGapsCloseHoles() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let early = try await place.store.accept(try agent.next([makeAlert(9), makePassage(1)]), receivedAt: testNow)
        #expect(early.receipt?.contiguousSequence == 1)
        let report = try await place.store.check()
        #expect(report.isClean && report.missing.map(\.ranges) == [[2...8]])
        let gap = try await place.store.accept(
            try agent.next([makePassage(2), makeGap(10, covering: [3...5, 6...8])]), receivedAt: testNow)
        #expect(gap.receipt?.contiguousSequence == 10)
        #expect(try await place.store.check().missing.isEmpty)
    }

    @Test func twoAgentsWithOneKeyConflict() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        var twin = agent
        let head = try agent.next([makePassage(1)])
        _ = try await place.store.accept(head, receivedAt: testNow)
        let answer = try await place.store.accept(try twin.next([makePassage(1, line: "other")]), receivedAt: testNow)
        guard case .conflict(let receipt, _) = answer else { Issue.record("\(answer)"); return }
        #expect(receipt.hash == head.hash && receipt.number == 1)
        _ = try await place.store.accept(try agent.next([makePassage(2)]), receivedAt: testNow)
        #expect(try await place.store.accept(try twin.next([makePassage(2)]), receivedAt: testNow).isConflict)
        #expect(try await place.store.currentCursor() == 2)
    }

    @Test func aNumberAheadOfTheHeadConflicts() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        agent.number = 4
        let answer = try await place.store.accept(try agent.peek([makePassage(1)]), receivedAt: testNow)
        #expect(answer.isConflict)
        #expect(try await place.store.check().batches == 0)
    }

    @Test func epochsOfAKeyAreIndependent() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makePassage(1)]), receivedAt: testNow)
        var again = agent
        (again.epoch, again.number, again.head) = (agent.epoch + 1, 0, Data(count: 32))
        let answer = try await place.store.accept(try again.next([makePassage(1)]), receivedAt: testNow)
        #expect(answer.receipt?.inserted == 1)
        #expect(try await place.store.currentCursor() == 2)
    }

    static let bad: [Ngatu_V1_Record] = {
        var records = [makePassage(0), makePassage(2, camera: "no/name"), makePassage(2, camera: "")]
        records += [makePassage(2, time: 0), makePassage(2, line: ""), makePassage(2, line: "a\u{0}b"), makePassage(1)]
        records.append(makeRecord(2, camera: "cam-1"))
        records.append(makeGap(2, covering: [0...3]))
        var short = makePassage(2, file: Data([1]))
        short.passage.evidence[0].sha256 = Data([1, 2])
        var huge = makePassage(2, file: Data([1]))
        huge.passage.evidence[0].byteCount = .max
        return records + [short, huge]
    }()

    @Test(arguments: bad) func aBadRecordIsNamedAndNothingIsStored(record: Ngatu_V1_Record) async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let answer = try await place.store.accept(try agent.peek([makePassage(1), record]), receivedAt: testNow)
        guard case .malformed(let index, let reason) = answer else { Issue.record("\(answer)"); return }
        #expect(index == 1 && !reason.isEmpty)
        #expect(try await place.store.currentCursor() == 0)
        let good = try await place.store.accept(try agent.next([makePassage(1)]), receivedAt: testNow)
        #expect(good.receipt?.inserted == 1)
    }

    @Test func strangersAndRevokedAgentsAreRefused() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let batch = try agent.next([makePassage(1)])
        #expect(place.store.publicKey(batch.key)?.rawRepresentation == agent.key.publicKey.rawRepresentation)
        try await place.store.revokeAgent(agent.id, now: testNow)
        #expect(place.store.publicKey(batch.key) == nil)
        await #expect { try await place.store.accept(batch, receivedAt: testNow) } throws: {
            ($0 as? StoreError)?.kind == .unknownAgent
        }
        try place.reopen()
        #expect(place.store.publicKey(batch.key) == nil)
    }

    @Test func manyAgentsAtOnceAreAllAnswered() async throws {
        let place = try TemporaryStore()
        var agents: [TestAgent] = []
        for index in 0..<20 { agents.append(try await TestAgent(at: place.store, site: "site-\(index)")) }
        let store = place.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for agent in agents {
                group.addTask {
                    var agent = agent
                    for round in 0..<5 {
                        let first = UInt64(round * 10 + 1)
                        let batch = try agent.next((first..<first + 10).map { makePassage($0) })
                        let answer = try await store.accept(batch, receivedAt: testNow)
                        #expect(answer.receipt?.contiguousSequence == first + 9)
                    }
                }
            }
            try await group.waitForAll()
        }
        let report = try await store.check()
        #expect(report.problems.isEmpty && report.records == 1_000 && report.batches == 100)
    }

    @Test func listenersSeeEveryPlaceOnce() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        var changes = place.store.changes().makeAsyncIterator()
        _ = try await place.store.accept(try agent.next([makePassage(1), makeAlert(2)]), receivedAt: testNow)
        let change = await changes.next()
        guard case .records(let after, let upTo, let items)? = change else {
            Issue.record("\(String(describing: change))"); return
        }
        #expect(
            after == 0 && upTo == 2 && items.map(\.cursor) == [1, 2] && items.allSatisfy { $0.origin.site == "site-a" })
        #expect(try await place.store.feed(after: 0, scope: .all, limit: 10) == items)
        #expect(try await place.store.feed(after: 1, scope: .sites(["site-a"]), limit: 10) == [items[1]])
        #expect(try await place.store.feed(after: 0, scope: .sites(["site-b"]), limit: 10).isEmpty)
    }
}
