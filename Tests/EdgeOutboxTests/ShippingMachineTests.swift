import EventModel
import Foundation
import Testing

@testable import EdgeOutbox

@Suite struct ShippingMachineTests {
    private func makeBatch(_ number: UInt64 = 1, sequences: [UInt64] = [1]) -> PendingBatch {
        PendingBatch(
            number: number, body: Data([1]), hash: Data([UInt8(number)]), sequences: [[], [], sequences, []],
            bodyBytes: [0, 0, 0, 0])
    }

    private func makeReceipt(_ number: UInt64 = 1) -> Ngatu_V1_BatchReceipt {
        var receipt = Ngatu_V1_BatchReceipt()
        receipt.number = number
        receipt.hash = Data([UInt8(number)])
        return receipt
    }

    private func makeWork(records: Int = 1, alert: UInt64 = 0, pending: Bool = false, evidence: Int = 0) -> ShippingWork
    {
        ShippingWork(hasPending: pending, records: records, newestAlert: alert, evidence: evidence)
    }

    @Test func aLonePassageWaitsForCompanyAndAnAlertDoesNot() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.next(now: .zero, work: makeWork()) == .wait(.milliseconds(250)))
        #expect(machine.next(now: .milliseconds(250), work: makeWork()) == .form(limit: 500, excluding: []))
        #expect(machine.next(now: .milliseconds(251), work: makeWork(alert: 2)) == .form(limit: 500, excluding: []))
    }

    @Test func evidenceWaitsUntilNoRecordIsDue() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.next(now: .zero, work: makeWork(records: 500, evidence: 3)) == .form(limit: 500, excluding: []))
        #expect(machine.next(now: .zero, work: makeWork(records: 0, evidence: 3)) == .evidence)
    }

    @Test func failuresWaitLongerAndLongerUpToAMinuteAndSuccessBeginsAnew() {
        var machine = ShippingMachine(seed: 42)
        var now: Duration = .zero
        var waits: [Double] = []
        for _ in 0..<12 {
            _ = machine.judge(.failed("refused"), for: makeBatch(), now: now)
            guard case .wait(let delay) = machine.next(now: now, work: makeWork(pending: true)) else {
                Issue.record("no wait after a failure")
                return
            }
            waits.append(delay.seconds)
            now += delay
        }
        for (attempt, wait) in waits.enumerated() {
            let full = min(60, Double(1 << min(attempt, 6)))
            #expect(wait >= full / 2 && wait <= full)
        }
        #expect(
            machine.judge(.stored(makeReceipt()), for: makeBatch(), now: now) == .settle(makeReceipt(), deadLetters: [])
        )
        _ = machine.judge(.failed("refused"), for: makeBatch(), now: now)
        guard case .wait(let delay) = machine.next(now: now, work: makeWork()) else {
            Issue.record("no wait")
            return
        }
        #expect(delay <= .seconds(1))
    }

    @Test func agentsDoNotComeBackTogether() {
        var first = Backoff(seed: 1)
        var second = Backoff(seed: 2)
        #expect(first.next() != second.next())
    }

    @Test func aRetryAfterIsKeptEvenForAnAlert() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.judge(.wait(.seconds(30)), for: makeBatch(), now: .zero) == .keep)
        #expect(machine.next(now: .seconds(29), work: makeWork(alert: 9, pending: true)) == .wait(.seconds(1)))
        #expect(machine.next(now: .seconds(30), work: makeWork(alert: 9, pending: true)) == .sendPending)
    }

    @Test func aNewAlertCutsABackoffOnce() {
        var machine = ShippingMachine(seed: 1)
        for _ in 0..<8 { _ = machine.judge(.failed("refused"), for: makeBatch(), now: .zero) }
        #expect(machine.next(now: .seconds(2), work: makeWork(alert: 7, pending: true)) == .sendPending)
        _ = machine.judge(.failed("refused"), for: makeBatch(), now: .seconds(2))
        guard case .wait(let delay) = machine.next(now: .seconds(4), work: makeWork(alert: 7, pending: true)) else {
            Issue.record("the same alert cut twice")
            return
        }
        #expect(delay > .seconds(20))
        #expect(machine.next(now: .seconds(4), work: makeWork(alert: 8, pending: true)) == .sendPending)
    }

    @Test func aRefusedKeyIsTriedAgainAfterFiveMinutes() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.judge(.keyRefused, for: makeBatch(), now: .zero) == .keep)
        #expect(machine.next(now: .zero, work: makeWork(alert: 1, pending: true)) == .wait(.seconds(300)))
    }

    @Test func tooLargeHalvesAndSuccessGrowsAgain() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.judge(.tooLarge, for: makeBatch(sequences: Array(1...500)), now: .zero) == .discard)
        #expect(machine.limit == 250)
        _ = machine.judge(.stored(makeReceipt()), for: makeBatch(), now: .zero)
        #expect(machine.limit == 500)
    }

    @Test func aReceiptOfAnotherBatchProvesNothing() {
        var machine = ShippingMachine(seed: 1)
        #expect(machine.judge(.stored(makeReceipt(7)), for: makeBatch(8), now: .zero) == .keep)
    }

    @Test func aConflictThatNamesOurBatchMeansStored() {
        var machine = ShippingMachine(seed: 1)
        let verdict = machine.judge(.conflict(makeReceipt(3)), for: makeBatch(3), now: .zero)
        #expect(verdict == .settle(makeReceipt(3), deadLetters: []))
        #expect(machine.judge(.conflict(makeReceipt(9)), for: makeBatch(3), now: .zero) == .adopt(makeReceipt(9)))
    }

    @Test func bandwidthIsPaidForBeforeTheNextRequest() {
        var machine = ShippingMachine(seed: 1)
        machine.sent(10_000, bytesPerSecond: 1_000, now: .zero)
        #expect(machine.next(now: .zero, work: makeWork(records: 500)) == .wait(.seconds(10)))
        #expect(
            machine.next(now: .seconds(3), work: makeWork(records: 500, alert: 1)) == .form(limit: 500, excluding: []))
    }

    @Test(arguments: [
        ("120", 120.0), (" 7 ", 7), ("-3", 0), ("999999", 3_600), ("Sat, 21 Nov 2026 10:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0),
    ])
    func retryAfterIsReadAsSecondsOrDate(text: String, seconds: Double) throws {
        let now = try Date("2026-11-21T10:00:00Z", strategy: .iso8601)
        #expect(RetryAfter.parse(text, now: now)?.seconds == seconds)
    }

    @Test(arguments: ["", "soon", "Sat 21"])
    func anUnreadableRetryAfterIsNone(text: String) {
        #expect(RetryAfter.parse(text, now: Date()) == nil)
    }
}
