import EventModel
import Foundation

/// Decides what the shipper does next. Pure: time and answers come in, actions and verdicts go out.
///
/// - A batch that was sent is sent again, the same bytes, until the collector says what became of it: a time-out does
///   not tell whether it was stored. Alerts that come meanwhile go in the next batch.
/// - A new alert ends the linger at once, and cuts a back-off once (not before 1 s after the last try). It does not cut
///   a `Retry-After`: the collector asked for it.
/// - A record that is refused alone becomes a suspect. It is a dead letter only once another record is taken: a
///   collector, or a proxy, that refuses everything must not empty the spool.
struct ShippingMachine: Sendable {
    enum Action: Hashable, Sendable {
        /// Form and store a batch, then send it.
        case form(limit: Int, excluding: Set<UInt64>)
        case sendPending
        /// Make one request of the evidence upload.
        case evidence
        case wait(Duration)
    }

    /// What becomes of the pending batch.
    enum Verdict: Hashable, Sendable {
        /// Delete its records; bury these.
        case settle(Ngatu_V1_BatchReceipt, deadLetters: [Suspect])
        case keep
        /// It is certainly not stored: its records wait again.
        case discard
        /// Go on from the collector's head.
        case adopt(Ngatu_V1_BatchReceipt)
    }

    struct Suspect: Hashable, Sendable {
        var sequence: UInt64
        var reason: String
    }

    private enum Hold: Hashable, Sendable { case none, backoff, asked, refusedKey }

    static let fullBatch = 500
    private(set) var limit = fullBatch
    private(set) var suspects: [Suspect] = []
    private var suspectLimit = 8
    /// Rounds of single refusals since a record was taken.
    private var fruitlessRounds = 0
    private var hold = Hold.none
    private var notBefore: Duration = .zero
    private var evidenceNotBefore: Duration = .zero
    private var lastTry: Duration = .seconds(-1_000)
    private var alertTried: UInt64 = 0
    private var lingerSince: Duration?
    private var proofAwaitedSince: Duration?
    private var backoff: Backoff
    private var evidenceBackoff: Backoff
    private let linger: Duration

    init(seed: UInt64, linger: Duration = .milliseconds(250)) {
        backoff = Backoff(seed: seed)
        evidenceBackoff = Backoff(seed: seed ^ 0x5555)
        self.linger = linger
    }

    /// What to do at `now`, a clock that never jumps.
    mutating func next(now: Duration, work: ShippingWork) -> Action {
        let hasNewAlert = work.newestAlert > alertTried
        if now < notBefore {
            let alertTime = lastTry + .seconds(1)
            guard hold == .backoff, hasNewAlert else { return .wait(notBefore - now) }
            guard now >= alertTime else { return .wait(min(notBefore, alertTime) - now) }
        }
        hold = .none
        if work.hasPending { return attempt(.sendPending, now: now, work: work) }
        if let delay = waitForProof(now: now, work: work) { return delay }
        let records = work.records - suspects.count
        guard records > 0 else {
            lingerSince = nil
            return idle(now: now, work: work)
        }
        let since = lingerSince ?? now
        lingerSince = since
        if work.newestAlert > 0 || records >= limit || now >= since + linger {
            return attempt(.form(limit: limit, excluding: Set(suspects.map(\.sequence))), now: now, work: work)
        }
        if work.evidence > 0, now >= evidenceNotBefore { return .evidence }
        return .wait(since + linger - now)
    }

    /// Only suspects are left and nothing else can prove them guilty: after a while they are tried again.
    private mutating func waitForProof(now: Duration, work: ShippingWork) -> Action? {
        guard !suspects.isEmpty, work.records <= suspects.count else {
            proofAwaitedSince = nil
            return nil
        }
        let since = proofAwaitedSince ?? now
        proofAwaitedSince = since
        guard now >= since + fruitlessWait else {
            return work.evidence > 0 && now >= evidenceNotBefore ? .evidence : .wait(since + fruitlessWait - now)
        }
        proofAwaitedSince = nil
        suspects = []
        fruitlessRounds += 1
        return nil
    }

    private mutating func attempt(_ action: Action, now: Duration, work: ShippingWork) -> Action {
        lingerSince = nil
        lastTry = now
        alertTried = max(alertTried, work.newestAlert)
        return action
    }

    private func idle(now: Duration, work: ShippingWork) -> Action {
        guard work.evidence > 0 else { return .wait(.seconds(60)) }
        return now >= evidenceNotBefore ? .evidence : .wait(evidenceNotBefore - now)
    }

    /// Judges the answer to a batch.
    mutating func judge(_ answer: BatchAnswer, for batch: PendingBatch, now: Duration) -> Verdict {
        switch answer {
        case .stored(let receipt): return confirmed(receipt, batch, now: now)
        case .conflict(let receipt): return compared(receipt, batch, now: now)
        case .wait(let delay):
            hold(.asked, until: now + delay)
            return .keep
        case .keyRefused:
            hold(.refusedKey, until: now + .seconds(300))
            return .keep
        case .tooLarge: return refused(batch, "413: too large", now: now)
        case .malformed(let reason): return refused(batch, reason, now: now)
        case .failed:
            hold(.backoff, until: now + backoff.next())
            return .keep
        }
    }

    private mutating func confirmed(
        _ receipt: Ngatu_V1_BatchReceipt, _ batch: PendingBatch, now: Duration
    ) -> Verdict {
        guard receipt.number == batch.number, receipt.hash == batch.hash else {
            hold(.backoff, until: now + backoff.next())  // not a receipt for this batch: nothing is known
            return .keep
        }
        defer { suspects = [] }
        backoff.reset()
        limit = min(Self.fullBatch, limit * 2)
        suspectLimit = 8
        fruitlessRounds = 0
        return .settle(receipt, deadLetters: suspects)
    }

    private mutating func compared(
        _ receipt: Ngatu_V1_BatchReceipt, _ batch: PendingBatch, now: Duration
    ) -> Verdict {
        if receipt.number == batch.number, receipt.hash == batch.hash {
            return confirmed(receipt, batch, now: now)
        }
        // Two agents with one key, or a collector that never agrees, must not make a busy loop.
        hold(.backoff, until: now + backoff.next())
        return .adopt(receipt)
    }

    /// Halves until a single record is left, which becomes a suspect.
    private mutating func refused(_ batch: PendingBatch, _ reason: String, now: Duration) -> Verdict {
        guard batch.recordCount <= 1 else {
            limit = batch.recordCount / 2
            return .discard
        }
        suspects += batch.allSequences.map { Suspect(sequence: $0, reason: reason) }
        if suspects.count >= suspectLimit {
            suspects = []
            suspectLimit = min(512, suspectLimit * 2)
            hold(.asked, until: now + fruitlessWait)
            fruitlessRounds += 1
        }
        return .discard
    }

    private mutating func hold(_ kind: Hold, until time: Duration) {
        hold = kind
        notBefore = time
    }

    /// So many records were refused one by one, and none taken, that the records are not to blame.
    var refusesEverything: Bool { fruitlessRounds > 0 }

    /// One minute after the first round, doubling to a quarter of an hour.
    private var fruitlessWait: Duration { .seconds(min(900, 60 << min(fruitlessRounds, 4))) }

    // MARK: - Evidence

    /// The upload made progress, or the file is done with.
    mutating func evidenceMoved() { evidenceBackoff.reset() }

    /// The collector was not reached, or is in trouble.
    mutating func evidenceFailed(now: Duration) { evidenceNotBefore = now + evidenceBackoff.next() }

    /// The collector asked for time.
    mutating func evidenceAsked(_ delay: Duration, now: Duration) { evidenceNotBefore = now + delay }

    /// Keeps to the bandwidth: the next request that is not an alert waits until this one is paid for.
    mutating func sent(_ byteCount: Int, bytesPerSecond: Int?, now: Duration) {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let paid = now + .seconds(Double(byteCount) / Double(bytesPerSecond))
        if hold == .none, paid > notBefore { hold(.backoff, until: paid) }
        evidenceNotBefore = max(evidenceNotBefore, paid)
    }
}
