import Foundation
import Synchronization

/// What the writer and the shipper tell the world. Safe from any thread.
final class StatusBoard: Sendable {
    /// One slot each: a newer text replaces the older one, nil clears it.
    enum Topic: Int, Hashable, Sendable {
        case damagedSpool, storage, evidenceStorage, refusedKey, refusedBatches, chain, collector, evidence, deadLetters
    }

    private struct Contents {
        var status = OutboxStatus()
        var work = ShippingWork()
        var problems: [Topic: String] = [:]
    }

    private let contents = Mutex(Contents())

    var status: OutboxStatus {
        contents.withLock { contents in
            var status = contents.status
            status.problems = contents.problems.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
            return status
        }
    }

    var work: ShippingWork { contents.withLock { $0.work } }

    func update(_ change: @Sendable (inout OutboxStatus) -> Void) { contents.withLock { change(&$0.status) } }

    func report(_ topic: Topic, _ problem: String?) { contents.withLock { $0.problems[topic] = problem } }

    /// Whether the problem was not known before: then it is worth a log line.
    func isNew(_ topic: Topic, _ problem: String) -> Bool { contents.withLock { $0.problems[topic] != problem } }

    func publish(_ state: SpoolState, _ work: ShippingWork) {
        contents.withLock { contents in
            contents.work = work
            contents.status.epoch = state.epoch
            contents.status.lastSequence = state.nextSequence - 1
            contents.status.acknowledgedSequence = state.contiguousSequence
            contents.status.waitingRecords = state.recordCount
            contents.status.waitingBytes = state.recordBytes
            contents.status.evidenceFiles = state.evidenceFiles
            contents.status.evidenceBytes = state.evidenceBytes
            contents.status.droppedRecords = state.droppedRecords
            contents.status.droppedEvidence = state.droppedEvidence
            contents.status.deadLetters = state.deadLetters
        }
    }
}
