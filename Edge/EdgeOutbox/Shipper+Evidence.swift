import BatchCodec
import EventModel
import Foundation

extension Shipper {
    /// How often the collector may not know the record of a file, with no record waiting, before the file is given up.
    private static let deferralsTaken = 5

    /// Makes one request of the upload under way, or begins one.
    func uploadStep(now: Duration, wall: Date) async {
        let begin = ContinuousClock.now
        do {
            guard var current = try await currentUpload() else { return machine.evidenceFailed(now: now) }
            let outcome = try await request(&current, now: now, wall: wall)
            upload = current
            try await settle(current, outcome, now: now + (ContinuousClock.now - begin))
        } catch {
            upload = nil  // the file or the spool cannot be read: begin again later
            machine.evidenceFailed(now: now)
        }
    }

    /// A film takes minutes on a slow line. After each of its parts one small file has its turn, and those of alerts all
    /// go before its next part: a still never waits for a film, and stills in any number never keep a film from coming.
    private func currentUpload() async throws -> EvidenceUpload? {
        if let current = upload {
            guard current.isLarge, current.hasMoved, aside == nil else { return current }
            guard let small = try await smallFile(.sample) else { return current }
            aside = current
            return small
        }
        if var large = aside {
            if let urgent = try await smallFile(.alert) { return urgent }
            aside = nil
            large.hasMoved = false
            return large
        }
        return try await outbox.writer.perform { try $0.nextEvidence() }.map(EvidenceUpload.init)
    }

    private func smallFile(_ shelf: Shelf) async throws -> EvidenceUpload? {
        try await outbox.writer.perform { try $0.nextEvidence(upTo: EvidenceUpload.smallBytes, shelf: shelf) }
            .map(EvidenceUpload.init)
    }

    private func request(
        _ upload: inout EvidenceUpload, now: Duration, wall: Date
    ) async throws -> EvidenceUpload.Outcome {
        guard let request = try await makeRequest(upload) else { return .refused("the file is gone or cut short") }
        do {
            let begin = ContinuousClock.now
            let response = try await transport.send(request)
            charge(request.body.count, now: now)
            return upload.answered(response, now: wall + (ContinuousClock.now - begin).seconds)
        } catch { return upload.answered(nil, failure: error.detail, now: wall) }
    }

    /// Nil when the file does not hold what it should.
    private func makeRequest(_ upload: EvidenceUpload) async throws -> CollectorRequest? {
        guard upload.file.byteCount > 0 else { return nil }
        switch upload.step {
        case .ask:
            let signature = try RequestSignature.header(method: "HEAD", path: upload.path, key: key)
            return CollectorRequest(method: "HEAD", path: upload.path, headers: ["authorization": signature])
        case .put(let part):
            let name = upload.file.name
            let bytes = try await outbox.writer.perform { store in
                try? store.evidenceFiles.read(name, from: part.lowerBound, count: part.count)  // missing: said below
            }
            guard let bytes, bytes.count == part.count else { return nil }
            let range = upload.contentRange(part)
            let signature = try RequestSignature.header(method: "PUT", path: upload.path, fields: [range], key: key)
            return CollectorRequest(
                method: "PUT", path: upload.path, headers: ["authorization": signature, "content-range": range],
                body: bytes)
        }
    }

    private func settle(_ current: EvidenceUpload, _ outcome: EvidenceUpload.Outcome, now: Duration) async throws {
        let file = current.file
        switch outcome {
        case .goOn: return machine.evidenceMoved()
        case .wait(let delay): return machine.evidenceAsked(delay, now: now)
        case .keyRefused:
            machine.evidenceAsked(.seconds(300), now: now)
            return tell(.refusedKey, "the collector refuses this agent's key: enrol it again", "key refused")
        case .failed(let reason):
            machine.evidenceFailed(now: now)
            if current.isHopelessForNow { try await putOff(current, reason, now: now) }
            return tell(.evidence, "evidence upload: \(reason)", "waiting: \(reason)")
        case .complete:
            try await outbox.writer.perform { try $0.confirmEvidence(file.sha256) }
            patience.done(file, hasArrived: true)
            outbox.board.report(.evidence, nil)
        case .refused(let reason):
            try await outbox.writer.perform { try $0.giveUpEvidence(file.sha256, reason: reason, silently: false) }
            patience.done(file, hasArrived: false)
            tell(.evidence, "evidence \(file.name.prefix(12)) will not come: \(reason)", "connected")
        case .unnamed:
            machine.evidenceMoved()
            upload = nil
            return try await unnamed(file, now: now)
        }
        machine.evidenceMoved()
        upload = nil
    }

    /// Other files go on; a file that the collector fails at for days, while it takes others, is given up.
    private func putOff(_ current: EvidenceUpload, _ reason: String, now: Duration) async throws {
        let file = current.file
        upload = nil
        switch current.isCollectorFailing ? patience.failed(file, now: now) : .none {
        case .none: try await outbox.writer.perform { try $0.deferEvidence(file.sha256) }
        case .strike: try await outbox.writer.perform { try $0.deferEvidence(file.sha256, isStrike: true) }
        case .giveUp:
            let text = "given up after \(file.strikes + 1) hours: \(reason)"
            try await outbox.writer.perform { try $0.giveUpEvidence(file.sha256, reason: text, silently: false) }
            patience.done(file, hasArrived: false)
        }
    }

    /// The record that names the file may still be waiting here; otherwise nobody will ever ask for it.
    ///
    /// Other files go on at once; only where all that is left was put off before does the lane wait.
    private func unnamed(_ file: WaitingEvidence, now: Duration) async throws {
        let next = try await outbox.writer.perform { store in
            try Self.deferOrGiveUp(file, store)
            return try store.nextEvidence()
        }
        guard let next, next.deferrals > 0 else { return }
        machine.evidenceAsked(.milliseconds(250 << min(next.deferrals, 5)), now: now)
    }

    /// A file that no stored record ever named is given up at once.
    private static func deferOrGiveUp(_ file: WaitingEvidence, _ store: Store) throws {
        // Read again: a record that names the file may have been stored during the request.
        let sequence = try store.sequence(naming: file.sha256)
        let isPatient = file.deferrals < deferralsTaken && sequence != nil
        guard try !isPatient && !store.isWaiting(sequence) else { return try store.deferEvidence(file.sha256) }
        try store.giveUpEvidence(
            file.sha256, reason: "no record at the collector names it", silently: sequence == nil)
    }
}
