import EdgeCore
import Foundation
import GRDB

/// Gathers changed segments of all cameras and commits them together. Sendable: `condition` guards what varies.
final class IndexQueue: @unchecked Sendable {
    // Should the database refuse for hours: more are forgotten here, and found again by the repair.
    private static let capacity = 2000

    private let database: DatabasePool
    private let interval: Duration
    private let condition = MonotonicCondition()
    /// One commit at a time: an older state of a segment must not overtake a newer one.
    private let committing = NSLock()
    private var waiting: [String: RecordedSegment] = [:]
    private var text: String?
    private var isStopping = false
    private var isStopped = false

    init(database: DatabasePool, interval: Duration) {
        self.database = database
        self.interval = interval
    }

    var problem: String? { condition.locked { text } }

    func start() {
        let thread = Thread { self.run() }
        thread.name = "recording index"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Replaces the segment's earlier state.
    func add(_ segment: RecordedSegment) {
        condition.locked {
            if waiting.count >= Self.capacity, waiting[segment.file] == nil, let oldest = waiting.keys.min() {
                waiting[oldest] = nil
            }
            waiting[segment.file] = segment
            condition.broadcast()
        }
    }

    /// Forgets a segment whose file is gone, so that its row does not come back.
    func forget(_ file: String) { condition.locked { waiting[file] = nil } }

    func commit() throws(RecordingError) {
        committing.lock()
        defer { committing.unlock() }
        let changed = condition.locked {
            defer { waiting = [:] }
            return waiting
        }
        guard !changed.isEmpty else { return }
        do {
            try database.write { db in
                for segment in changed.values { try IndexSchema.save(segment, db) }
            }
            condition.locked { text = nil }
        } catch {
            let failure = RecordingIndex.failure(error)
            condition.locked {
                waiting.merge(changed) { newer, _ in newer }
                text = failure.detail
            }
            throw failure
        }
    }

    func stop() {
        condition.locked {
            isStopping = true
            condition.broadcast()
            _ = condition.wait(timeout: .seconds(30)) { isStopped }
        }
    }

    private func run() {
        while condition.locked({ waitForWork() }) {
            try? commit()  // kept in `problem`, and tried again after the interval
            condition.locked { _ = condition.wait(timeout: interval) { isStopping } }
        }
        try? commit()  // the last word; the repair at the next start finds what it could not say
        condition.locked {
            isStopped = true
            condition.broadcast()
        }
    }

    private func waitForWork() -> Bool {
        while !isStopping && waiting.isEmpty {
            _ = condition.wait(timeout: .seconds(3600)) { isStopping || !waiting.isEmpty }
        }
        return !isStopping
    }
}
