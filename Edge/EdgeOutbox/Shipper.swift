import BatchCodec
public import Crypto
import EventModel
import Foundation
public import Logging

/// Carries what an ``Outbox`` holds to the collector: records first, evidence when no record is due.
///
/// The decisions are ``ShippingMachine``'s; this shell sends, stores and reports.
public actor Shipper {
    /// The settings of shipping.
    public struct Configuration: Hashable, Sendable {
        /// Most bytes a second, records and evidence together, averaged; nil: no limit. Alerts may run ahead of it.
        public var bytesPerSecond: Int?
        /// How long a lone record waits for others to share its batch; alerts never wait.
        public var linger: Duration = .milliseconds(250)

        /// Makes settings with the defaults above.
        public init() {}
    }

    let outbox: Outbox
    let transport: any CollectorTransport
    let key: Curve25519.Signing.PrivateKey
    let logger: Logger
    private let configuration: Configuration
    var machine: ShippingMachine
    var upload: EvidenceUpload?
    /// A large file that makes room for small ones between its parts.
    var aside: EvidenceUpload?
    var patience: EvidencePatience
    private var isConnected = false

    /// Makes a shipper; ``run()`` starts it.
    ///
    /// - Parameter seed: of the jitter; agents must differ, tests give one.
    public init(
        _ outbox: Outbox, transport: any CollectorTransport, key: Curve25519.Signing.PrivateKey,
        configuration: Configuration = Configuration(), seed: UInt64 = .random(in: 0...UInt64.max), logger: Logger
    ) {
        self.outbox = outbox
        self.transport = transport
        self.key = key
        self.configuration = configuration
        self.logger = logger
        patience = EvidencePatience(limit: outbox.configuration.evidencePatience)
        machine = ShippingMachine(seed: seed, linger: configuration.linger)
    }

    /// Ships until the task is cancelled. Never throws: every failure is waited out and reported in the status.
    public func run() async {
        let start = ContinuousClock.now
        while !Task.isCancelled {
            let delay = await step(now: ContinuousClock.now - start, wall: Date())
            if delay > .zero { await outbox.bell.wait(atMost: delay) }
        }
    }

    /// Does one thing.
    ///
    /// - Returns: how long to wait before the next call, unless something new is stored; zero: call again.
    func step(now: Duration, wall: Date) async -> Duration {
        switch machine.next(now: now, work: outbox.board.work) {
        case .wait(let delay): return delay
        case .evidence: await uploadStep(now: now, wall: wall)
        case .sendPending: await ship(limit: ShippingMachine.fullBatch, excluding: [], now: now, wall: wall)
        case .form(let limit, let excluded): await ship(limit: limit, excluding: excluded, now: now, wall: wall)
        }
        return .zero
    }

    /// Charges a request to the bandwidth.
    func charge(_ byteCount: Int, now: Duration) {
        machine.sent(byteCount, bytesPerSecond: configuration.bytesPerSecond, now: now)
    }

    private func ship(limit: Int, excluding: Set<UInt64>, now: Duration, wall: Date) async {
        do {
            let key = key
            let formed = try await outbox.writer.perform { store in
                try store.formBatch(limit: limit, excluding: excluding, key: key, now: wall)
            }
            guard let batch = formed else { throw OutboxError(.storage, "nothing to ship was found") }
            let sent = ContinuousClock.now
            let answer = await post(batch, wall: wall)
            let trip = ContinuousClock.now - sent
            // What the collector asks for counts from its answer, which may have been slow.
            let verdict = machine.judge(answer, for: batch, now: now + trip)
            try await apply(verdict)
            charge(batch.body.count, now: now)
            report(answer, verdict, halfTrip: trip / 2, wall: wall)
        } catch let error as OutboxError where error.kind == .badAnswer {
            _ = machine.judge(.failed(error.detail), for: PendingBatch.none, now: now)
            tell(.collector, "collector: \(error.detail)", "waiting: \(error.detail)")
        } catch {
            // The spool could not be read or written; the writer has reported it. The machine's next try comes later.
            machine.evidenceFailed(now: now)
            _ = machine.judge(.failed("\(error)"), for: PendingBatch.none, now: now)
        }
    }

    private func post(_ batch: PendingBatch, wall: Date) async -> BatchAnswer {
        let request = CollectorRequest(
            method: "POST", path: "/v1/batches", headers: ["content-type": "application/x-protobuf"], body: batch.body)
        let begin = ContinuousClock.now
        do {
            let response = try await transport.send(request)
            return BatchAnswer(response, now: wall + (ContinuousClock.now - begin).seconds)
        } catch { return BatchAnswer(nil, failure: error.detail, now: wall) }
    }

    private func apply(_ verdict: ShippingMachine.Verdict) async throws {
        switch verdict {
        case .keep: break
        case .discard: try await outbox.writer.perform { try $0.discardPending() }
        case .adopt(let receipt):
            let isAhead = try await outbox.writer.perform { try $0.adoptHead(receipt) }
            reportAdoption(of: receipt, isAhead: isAhead)
        case .settle(let receipt, let suspects):
            let letters = suspects.map { (sequence: $0.sequence, reason: $0.reason) }
            try await outbox.writer.perform { try $0.settle(receipt, deadLetters: letters) }
            for letter in suspects { reportDeadLetter(letter) }
        }
    }
}

extension PendingBatch {
    /// Stands for the batch that could not be formed.
    fileprivate static let none = PendingBatch(number: 0, body: Data(), hash: Data(), sequences: [], bodyBytes: [])
}

// MARK: - Reports

extension Shipper {
    private func report(
        _ answer: BatchAnswer, _ verdict: ShippingMachine.Verdict, halfTrip: Duration, wall: Date
    ) {
        switch (answer, verdict) {
        case (_, .settle(let receipt, _)): connected(receipt, halfTrip: halfTrip)
        case (.keyRefused, _):
            tell(.refusedKey, "the collector refuses this agent's key: enrol it again; records are kept", "key refused")
        case (_, .adopt): break  // told when it was done
        case (.malformed(let reason), _), (.failed(let reason), _):
            if machine.refusesEverything {
                tell(.refusedBatches, "the collector refuses every record: \(reason)", "refused")
            } else {
                tell(.collector, "collector: \(reason)", "waiting: \(reason)")
            }
        case (.tooLarge, _): tell(.collector, "collector: batches are too large for it", "making batches smaller")
        case (.wait(let delay), _): outbox.board.update { $0.shipping = "the collector asked for \(delay)" }
        case (.stored, _), (.conflict, _): tell(.collector, "collector: a receipt of another batch came", "waiting")
        }
    }

    private func connected(_ receipt: Ngatu_V1_BatchReceipt, halfTrip: Duration) {
        if !isConnected { logger.notice("collector takes records") }
        isConnected = true
        for topic in [StatusBoard.Topic.refusedKey, .refusedBatches, .collector] { outbox.board.report(topic, nil) }
        let here = Date().addingTimeInterval(-halfTrip.seconds)
        let offset = Duration.microseconds(receipt.receivedMicros - here.unixMicroseconds)
        outbox.board.update { status in
            status.shipping = "connected"
            status.acknowledgedAt = here
            if receipt.receivedMicros != 0 { status.collectorClockOffset = offset }
        }
    }

    private func reportAdoption(of receipt: Ngatu_V1_BatchReceipt, isAhead: Bool) {
        let place = "the collector's chain of batches ends at \(receipt.number), not where ours does: "
        tell(
            .chain,
            place
                + (isAhead
                    ? "two machines with one key (a copied disk or card), or this spool was restored from a backup; new "
                        + "records get a new epoch. Enrol one of two machines again"
                    : "the collector was restored from a backup; what it lost is told in a Gap"),
            "chain adopted")
    }

    private func reportDeadLetter(_ letter: ShippingMachine.Suspect) {
        let text = "the collector refuses record \(letter.sequence): \(letter.reason); it is kept as a dead letter"
        logger.error(
            "record refused", metadata: ["record.sequence": "\(letter.sequence)", "reason": "\(letter.reason)"])
        outbox.board.report(.deadLetters, text)
    }

    /// Tells a problem once in the log, and in every status until it is over.
    func tell(_ topic: StatusBoard.Topic, _ problem: String, _ shipping: String) {
        if outbox.board.isNew(topic, problem) {
            logger.warning("shipping is held up", metadata: ["problem": "\(problem)"])
        }
        isConnected = false
        outbox.board.report(topic, problem)
        outbox.board.update { $0.shipping = shipping }
    }
}
