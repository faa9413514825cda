import Dispatch
public import EventModel
import Foundation
public import Logging
import SwiftProtobuf
import Synchronization

/// An agent's store of records that the collector has not confirmed yet.
///
/// Records get their numbers 1, 2, 3 … in the transaction that stores them, by one thread that commits at most 200 ms or
/// 500 records after the first; an alert commits at once. What is stored survives a power cut. What must be dropped
/// (see ``OutboxConfiguration``) is accounted for in `Gap` records.
public final class Outbox: Sendable {
    let configuration: OutboxConfiguration
    let writer: Writer
    let board = StatusBoard()
    let bell = Bell()
    private let queue: AppendQueue
    private let evidenceFiles: any EvidenceStorage
    /// Writes large files beside the writer's thread, one after the other.
    private let placing = DispatchQueue(label: "ngatu.outbox.placing")

    /// A larger file is written before its record enters the queue, where all others would wait for it.
    static let queuedFileBytes = 4 << 20

    /// Opens the spool. A damaged one is set aside, reported in a `Gap`, and replaced.
    ///
    /// Checks the whole file, so a full 2 GB spool takes seconds to open.
    ///
    /// - Throws: ``OutboxError`` of kind `badConfiguration`, `newerSchema`, `inUse` or `storage`.
    public convenience init(_ configuration: OutboxConfiguration, logger: Logger) throws {
        try self.init(configuration, evidenceFiles: nil, logger: logger)
    }

    init(_ configuration: OutboxConfiguration, evidenceFiles: (any EvidenceStorage)?, logger: Logger) throws {
        self.configuration = configuration
        queue = AppendQueue(configuration)
        let store = try Store(configuration, evidenceFiles: evidenceFiles)
        self.evidenceFiles = store.evidenceFiles
        writer = Writer(store, queue: queue, board: board, bell: bell, logger: logger)
        writer.start()
    }

    deinit { queue.close() }

    /// Takes a record and the files that prove it; returns at once.
    ///
    /// Safe from any thread. Blocks only while memory is full (``OutboxConfiguration/memoryRecords`` and
    /// `memoryBytes`), which is counted in ``OutboxStatus/blockedAppends``. After ``close()`` nothing is taken; what comes
    /// then is counted in ``OutboxStatus/lostRecords``. Not for tasks, whose threads are few: see ``offer(_:lane:)`` and
    /// ``appendAndWait(_:lane:evidence:)``.
    ///
    /// - Parameters:
    ///   - record: its `sequence` is ignored: the outbox assigns it.
    ///   - evidence: files that `record` names. One that cannot be written is reported; the record goes without it.
    public func append(_ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile] = []) {
        _ = queue.add(queued(record, lane: lane, evidence: evidence))
    }

    /// Takes a record only where memory has room for it; never blocks.
    ///
    /// For what is worth nothing later, such as an agent's health: a task must not wait for a full disk.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    public func offer(_ record: Ngatu_V1_Record, lane: Lane) -> Bool {
        queue.offer(queued(record, lane: lane, evidence: [])) == .taken
    }

    /// Takes a record and returns when it is durable; holds no thread meanwhile. The way for films: their memory is free
    /// as soon as they are written, and no other record waits for that.
    ///
    /// - Returns: the record's number.
    /// - Throws: ``OutboxError`` of kind `closed`, or `storage` when the outbox was closed while the disk refused.
    @discardableResult
    public func appendAndWait(
        _ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile] = []
    ) async throws -> UInt64 {
        let answer = Answer()
        let entry = queued(record, lane: lane, evidence: await placed(evidence)) { answer.give($0) }
        guard await queue.addWhenRoom(entry) else { throw OutboxError(.closed, "the outbox is closed") }
        return try await answer.value().get()
    }

    /// How it stands, now.
    public func status() -> OutboxStatus {
        var status = board.status
        status.queuedRecords = queue.unstored
        status.blockedAppends = queue.blockedAppends
        status.lostRecords = queue.lostRecords
        return status
    }

    /// Stores what is in memory and closes the spool; ends after at most 12 s, whatever the disk does.
    ///
    /// What the disk does not take within 5 s is lost, logged as an error and counted in ``OutboxStatus/lostRecords``.
    public func close() async { await writer.finish() }

    /// Writes large files now. One that cannot be written stays as it is: the writer tries again, and reports it.
    private func placed(_ files: [EvidenceFile]) async -> [EvidenceFile] {
        guard files.contains(where: { $0.byteCount > Self.queuedFileBytes }) else { return files }
        let folder = evidenceFiles
        return await withCheckedContinuation { continuation in
            placing.async {
                continuation.resume(
                    returning: files.map { file in
                        let isLarge = file.byteCount > Self.queuedFileBytes
                        guard isLarge, (try? folder.write(file)) != nil else { return file }
                        return EvidenceFile(placed: file)
                    })
            }
        }
    }

    private func queued(
        _ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile],
        completion: (@Sendable (Result<UInt64, OutboxError>) -> Void)? = nil
    ) -> QueuedRecord {
        var record = record
        record.sequence = 0
        do {
            let body = try record.serializedData()
            return QueuedRecord(body: body, shelf: Shelf(lane), evidence: evidence, completion: completion)
        } catch {
            preconditionFailure("a record of our own schema always serializes: \(error)")
        }
    }
}

/// What becomes of one record: told once by the writer's thread, awaited once by a task, in either order.
private final class Answer: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Result<UInt64, OutboxError>, Never>)
        case given(Result<UInt64, OutboxError>)
    }

    private let state = Mutex(State.open)

    func give(_ result: Result<UInt64, OutboxError>) {
        let waiter: CheckedContinuation<Result<UInt64, OutboxError>, Never>? = state.withLock { state in
            defer { state = .given(result) }
            if case .waiting(let waiter) = state { return waiter }
            return nil
        }
        waiter?.resume(returning: result)
    }

    func value() async -> Result<UInt64, OutboxError> {
        await withCheckedContinuation { continuation in
            let result: Result<UInt64, OutboxError>? = state.withLock { state in
                if case .given(let result) = state { return result }
                state = .waiting(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
