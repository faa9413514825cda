public import EventModel
import Foundation
public import Logging
import SwiftProtobuf

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
        writer = Writer(store, queue: queue, board: board, bell: bell, logger: logger)
        writer.start()
    }

    deinit { queue.close() }

    /// Takes a record and the files that prove it; returns at once.
    ///
    /// Safe from any thread. Blocks only while memory is full (``OutboxConfiguration/memoryRecords`` and
    /// `memoryBytes`), which is counted in ``OutboxStatus/blockedAppends``. After ``close()`` nothing is taken.
    ///
    /// - Parameters:
    ///   - record: its `sequence` is ignored: the outbox assigns it.
    ///   - evidence: files that `record` names. One that cannot be written is reported; the record goes without it.
    public func append(_ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile] = []) {
        enqueue(record, lane: lane, evidence: evidence, completion: nil)
    }

    /// Takes a record and returns when it is durable.
    ///
    /// - Returns: the record's number.
    /// - Throws: ``OutboxError`` of kind `closed`, or `storage` when the outbox was closed while the disk refused.
    @discardableResult
    public func appendAndWait(
        _ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile] = []
    ) async throws -> UInt64 {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(record, lane: lane, evidence: evidence) { continuation.resume(with: $0) }
        }
    }

    /// How it stands, now.
    public func status() -> OutboxStatus {
        var status = board.status
        status.queuedRecords = queue.unstored
        status.blockedAppends = queue.blockedAppends
        return status
    }

    /// Stores what is in memory and closes the spool.
    public func close() async { await writer.finish() }

    private func enqueue(
        _ record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile],
        completion: (@Sendable (Result<UInt64, OutboxError>) -> Void)?
    ) {
        var record = record
        record.sequence = 0
        let body: Data
        do { body = try record.serializedData() } catch {
            preconditionFailure("a record of our own schema always serializes: \(error)")
        }
        let queued = QueuedRecord(body: body, shelf: Shelf(lane), evidence: evidence, completion: completion)
        if !queue.add(queued) { completion?(.failure(OutboxError(.closed, "the outbox is closed"))) }
    }
}
