import EventModel
import Foundation
import Logging

/// The one thread that touches the spool: it stores what is appended and does what the shipper asks for.
///
/// Sendable because `store` is used by the writer's thread only, after the initializer.
final class Writer: @unchecked Sendable {
    private let queue: AppendQueue
    private let board: StatusBoard
    private let bell: Bell
    private let logger: Logger
    private let store: Store
    private var newestAlert: UInt64 = 0
    private var losses = 0
    private var failures = 0
    private let ended = Bell()

    init(_ store: Store, queue: AppendQueue, board: StatusBoard, bell: Bell, logger: Logger) {
        self.store = store
        self.queue = queue
        self.board = board
        self.bell = bell
        self.logger = logger
        if let text = store.replacement { reportReplacement(text) }
        newestAlert = store.state.counts[Shelf.alert.rawValue] > 0 ? store.state.nextSequence - 1 : 0
        publish(lossesChanged: true)
    }

    func start() {
        let thread = Thread { self.run() }
        thread.name = "outbox"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// How long a disk that refuses is tried at the end, and how long one that does not answer is waited for.
    private static let lastTries: Duration = .seconds(5)
    private static let lastWait: Duration = .seconds(12)

    /// Returns when everything is stored and the spool is closed, or 12 s later: a service manager kills what hangs.
    func finish() async {
        queue.close()
        await ended.wait(atMost: Self.lastWait)
        ended.ring()  // for a second caller
        let lost = queue.lostRecords + queue.unstored
        guard lost > 0 else { return }
        logger.error(
            "records lost at shutdown: the disk did not take them",
            metadata: ["outbox.records": "\(lost)", "error": "\(board.status.problems.joined(separator: "; "))"])
    }

    /// Runs a job on the writer's thread.
    ///
    /// - Throws: what the job throws; ``OutboxError`` of kind `damaged` when the spool had to be replaced, `closed`
    ///   after the end.
    func perform<T: Sendable>(_ job: @escaping @Sendable (Store) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = queue.add { store in
                do {
                    let result = try job(store)
                    self.publish(lossesChanged: true)
                    continuation.resume(returning: result)
                } catch {
                    continuation.resume(throwing: self.afterFailure(error))
                }
            }
            if !isTaken { continuation.resume(throwing: OutboxError(.closed, "the outbox is closed")) }
        }
    }

    private func run() {
        while true {
            switch queue.next() {
            case .jobs(let jobs): for job in jobs { job(store) }
            case .commit(let records): commit(records)
            case .finish:
                try? store.close()  // everything is committed; the next opening checks the file anyway
                ended.ring()
                return
            }
        }
    }

    private func commit(_ records: [QueuedRecord]) {
        do {
            let appended = try store.append(records)
            let lastAlert = records.lastIndex { $0.shelf == .alert }
            if let lastAlert { newestAlert = appended.firstSequence + UInt64(lastAlert) }
            recovered(appended)
            queue.settled(records)
            publish(lossesChanged: appended.droppedRecords > 0 || appended.evidenceFailure != nil)
            for (offset, record) in records.enumerated() {
                record.completion?(.success(appended.firstSequence + UInt64(offset)))
            }
        } catch {
            retry(records, after: afterFailure(error))
        }
    }

    /// Keeps the records in memory and tries again after 0.1 s, doubling to 5 s; at the end every 0.5 s for 5 s.
    private func retry(_ records: [QueuedRecord], after error: OutboxError) {
        failures += 1
        let sinceClose = queue.timeSinceClose
        if let sinceClose, sinceClose > Self.lastTries { return abandon(records, error) }
        if error.kind == .storage && isRoomDue(for: records) { makeRoom() }
        let longest = sinceClose == nil ? 5 : 0.5
        let delay = error.kind == .damaged ? 0 : min(longest, 0.1 * Double(1 << min(failures - 1, 10)))
        queue.putBack(records, for: .seconds(delay))
    }

    /// Older samples and passages go once memory fills up, and after 3 s for an alert, which a power cut would take.
    private func isRoomDue(for records: [QueuedRecord]) -> Bool {
        if failures >= 3 && queue.isHalfFull { return true }
        return failures >= 6 && records.contains { $0.shelf == .alert }
    }

    /// The agent ends while the disk refuses: the only way that records are lost without a number. ``finish()`` says so.
    private func abandon(_ records: [QueuedRecord], _ error: OutboxError) {
        queue.settled(records, areLost: true)
        for record in records { record.completion?(.failure(error)) }
    }

    private func makeRoom() {
        do {
            try store.makeRoom()
            publish(lossesChanged: true)
        } catch { logger.debug("no room could be made", metadata: ["error": "\(error)"]) }
    }

    private func afterFailure(_ error: any Error) -> OutboxError {
        guard let reason = Store.damage(error) else {
            let failure = Store.storageError(error)
            guard failure.kind != .badAnswer else { return failure }  // not the disk's fault: the shipper tells
            if board.isNew(.storage, failure.detail) {
                logger.error("spool cannot be written", metadata: ["error": "\(failure)"])
            }
            board.report(.storage, failure.detail)
            // Room for the log of the transactions that delete, or that ship: the way out of a full disk.
            if failure.kind == .storage { store.directory.releaseReserve() }
            return failure
        }
        do {
            try store.replaceDamaged(reason)
            reportReplacement(store.replacement ?? reason)
            publish(lossesChanged: true)
            return OutboxError(.damaged, reason)
        } catch { return Store.storageError(error) }
    }

    private func reportReplacement(_ text: String) {
        logger.error("spool replaced", metadata: ["reason": "\(text)"])
        board.report(.damagedSpool, text)
    }

    private func recovered(_ appended: Store.Appended) {
        if failures > 0 { logger.notice("spool can be written again") }
        failures = 0
        store.directory.fillReserve(bytes: store.configuration.reserveBytes)
        board.report(.storage, nil)
        board.report(.evidenceStorage, appended.evidenceFailure)
    }

    private func publish(lossesChanged: Bool) {
        if lossesChanged { losses = (try? store.unreportedLosses()) ?? losses }  // asked again after the next change
        let state = store.state
        var work = ShippingWork()
        work.hasPending = store.pending != nil
        work.records = state.recordCount + losses
        work.newestAlert = state.counts[Shelf.alert.rawValue] > 0 ? newestAlert : 0
        work.evidence = state.evidenceFiles
        board.publish(state, work)
        bell.ring()
    }
}
