import Crypto
import EventModel
import Foundation
import SwiftProtobuf
import Testing

@testable import EdgeOutbox

@Suite struct ShippingTests {
    @Test func aLostAcknowledgementSendsTheSameBytesAgain() async throws {
        var bench = try Bench()
        await bench.collector.script([.lostAnswer, .lostAnswer, .status(500)])
        for number in UInt64(1)...50 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        await bench.drain()
        let bodies = await bench.collector.bodies
        #expect(bodies.count >= 4 && bodies[0] == bodies[1] && bodies[1] == bodies[2] && bodies[2] == bodies[3])
        #expect(await bench.collector.order == Array(1...50))
    }

    @Test func aBatchSentBeforeACrashIsSentAgainByteForByte() async throws {
        let bench = try Bench()
        await bench.collector.script([.lostAnswer])
        for number in UInt64(1)...20 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        for time in [0, 300] { _ = await bench.shipper.step(now: .milliseconds(time), wall: Date()) }
        try await bench.outbox.appendAndWait(makeAlert(), lane: .alert)
        let first = await bench.collector.bodies
        #expect(first.count == 1)

        let copy = Scratch()
        try FileManager.default.copyItem(atPath: bench.scratch.spool, toPath: copy.spool)
        let outbox = try Outbox(OutboxConfiguration(directory: copy.spool), logger: testLogger)
        let shipper = Shipper(outbox, transport: bench.collector, key: bench.key, seed: 1, logger: testLogger)
        for time in [0, 300, 600] { _ = await shipper.step(now: .milliseconds(time), wall: Date()) }
        let bodies = await bench.collector.bodies
        #expect(bodies[1] == bodies[0])
        #expect(Set(await bench.collector.records.keys) == Set(1...21))
    }

    @Test(arguments: [1, 2, 250, 251, 499, 500, 733] as [UInt64])
    func bisectionFindsExactlyThePoisonRecord(poison: UInt64) async throws {
        var bench = try Bench()
        await bench.collector.refuse([poison])
        for number in UInt64(1)...800 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.drain()
        let (stored, gaps) = await bench.collector.accounted
        #expect(stored.union([poison]).isSuperset(of: 1...801) && !stored.contains(poison))
        #expect(gaps == [poison: 1])
        #expect(await bench.collector.gapRecords.map(\.reason) == ["deadLetter"])
        #expect(bench.outbox.status().deadLetters == 1)
        #expect(await bench.collector.requests < 60)
    }

    @Test func severalPoisonRecordsInARowAreFound() async throws {
        var bench = try Bench()
        let poison: Set<UInt64> = [3, 4, 5, 6, 7, 90]
        await bench.collector.refuse(poison)
        for number in UInt64(1)...200 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.drain()
        #expect(Set(await bench.collector.accounted.gaps.keys) == poison)
    }

    @Test func aCollectorThatRefusesEverythingEmptiesNothing() async throws {
        var bench = try Bench()
        await bench.collector.answerAlways(.status(400))
        for number in UInt64(1)...100 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.run(for: .seconds(4 * 3_600))
        #expect(bench.outbox.status().waitingRecords == 101)
        #expect(bench.outbox.status().problems.contains { $0.contains("every record") })
        await bench.collector.answerAlways(nil)
        await bench.drain()
        #expect(Set(await bench.collector.records.keys) == Set(1...101))
        #expect(bench.outbox.status().problems.isEmpty)
    }

    /// A hotel's page with 200, a firewall with 400: neither has stored anything or judged a record.
    @Test(arguments: [200, 400, 409, 422])
    func anAnswerOfSomebodyElseDeliversNothingAndCondemnsNothing(status: Int) async throws {
        var bench = try Bench()
        await bench.collector.answerAlways(.stranger(status))
        for number in UInt64(1)...20 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.run(for: .seconds(3_600))
        #expect(bench.outbox.status().waitingRecords == 21)
        #expect(bench.outbox.status().deadLetters == 0)
        await bench.collector.answerAlways(nil)
        await bench.drain()
        #expect(await bench.collector.records.count == 21)
        #expect(await bench.collector.gapRecords.isEmpty)
    }

    @Test func aBatchTooLargeForTheCollectorIsHalved() async throws {
        var bench = try Bench()
        await bench.collector.take(atMost: 100)
        for number in UInt64(1)...600 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.drain()
        #expect(await bench.collector.records.count == 601)
    }

    @Test func aRevokedKeyKeepsEverythingAndSaysSo() async throws {
        var bench = try Bench()
        await bench.collector.answerAlways(.status(403))
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage)
        await bench.run(for: .seconds(3_600))
        #expect(await bench.collector.requests <= 13)
        #expect(bench.outbox.status().problems.contains { $0.contains("enrol") })
        await bench.collector.answerAlways(nil)
        await bench.drain()
        #expect(await bench.collector.records.count == 1)
    }

    /// 96 hours without a collector, a record every 30 s, then recovery: the exact set of numbers, nothing twice.
    @Test func fourDaysWithoutACollectorLoseNothing() async throws {
        var bench = try Bench()
        await bench.collector.answerAlways(.unreachable)
        var appended: UInt64 = 0
        for hour in 0..<96 {
            for _ in 0..<120 {
                appended += 1
                let lane: Lane = appended % 40 == 0 ? .alert : appended % 3 == 0 ? .sample : .passage
                bench.outbox.append(makeRecord(lane, appended), lane: lane)
            }
            appended += 1
            try await bench.outbox.appendAndWait(makeSample(), lane: .sample)
            await bench.run(for: .seconds(3_600))
            #expect(bench.outbox.status().waitingRecords == Int(appended), "hour \(hour)")
        }
        await bench.collector.answerAlways(nil)
        await bench.drain()
        #expect(Set(await bench.collector.records.keys) == Set(1...appended))
        #expect(await bench.collector.order.count == Int(appended))
        #expect(bench.outbox.status().acknowledgedSequence == appended)
    }

    @Test(arguments: [(1, 5, 5), (0, UInt64.max, 5), (0, 5, UInt64.max)] as [(UInt64, UInt64, UInt64)])
    func aReceiptThatIsNotOfThisSpoolIsNotAdopted(epochsOn: UInt64, number: UInt64, contiguous: UInt64) throws {
        let scratch = Scratch()
        let store = try Store(OutboxConfiguration(directory: scratch.spool))
        _ = try store.append([queued(makePassage(), .passage)])
        let before = store.state
        let receipt = Ngatu_V1_BatchReceipt.with {
            $0.epoch = before.epoch + epochsOn
            $0.number = number
            $0.contiguousSequence = contiguous
        }
        #expect { try store.adoptHead(receipt) } throws: { ($0 as? OutboxError)?.kind == .badAnswer }
        #expect(store.state == before)
    }

    @Test func aCollectorRestoredFromABackupIsCaughtUpWithAndTheLossIsTold() async throws {
        var bench = try Bench()
        for number in UInt64(1)...30 {
            try await bench.outbox.appendAndWait(makePassage(track: number), lane: .passage)
        }
        await bench.drain()
        let fresh = FakeCollector(bench.key.publicKey)
        let shipper = Shipper(bench.outbox, transport: fresh, key: bench.key, seed: 3, logger: testLogger)
        try await bench.outbox.appendAndWait(makePassage(track: 31), lane: .passage)
        var now: Duration = .zero
        for _ in 0..<40 { now += max(.milliseconds(1), await shipper.step(now: now, wall: Date())) }
        let (stored, gaps) = await fresh.accounted
        #expect(stored.isSuperset(of: [31]))
        #expect(gaps.keys.sorted() == Array(1...30))
        #expect(bench.outbox.status().waitingRecords == 0)
        #expect(bench.outbox.status().problems.contains { $0.contains("restored") })
    }
}
