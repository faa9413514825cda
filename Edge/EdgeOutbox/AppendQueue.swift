import EventModel
import Foundation

/// Records in memory between the analysis threads and the writer's thread, bounded by number and bytes.
///
/// Sendable because every stored property is read and written under `condition` only.
final class AppendQueue: @unchecked Sendable {
    typealias Job = @Sendable (Store) -> Void

    /// What the writer has to do next.
    enum Work {
        case jobs([Job])
        case commit([QueuedRecord])
        case finish
    }

    private let configuration: OutboxConfiguration
    private let condition = NSCondition()
    private var records: [QueuedRecord] = []
    private var jobs: [Job] = []
    /// Queued and held by the writer, not stored yet.
    private var unstoredRecords = 0
    private var unstoredBytes = 0
    private var firstQueued: ContinuousClock.Instant?
    private var holdUntil: ContinuousClock.Instant?
    private var isUrgent = false
    private var isClosed = false
    private var blocked = 0

    init(_ configuration: OutboxConfiguration) { self.configuration = configuration }

    var unstored: Int { locked { unstoredRecords } }
    var blockedAppends: Int { locked { blocked } }
    var isFinishing: Bool { locked { isClosed } }
    /// More than half of the memory is taken.
    var isHalfFull: Bool {
        locked {
            unstoredRecords * 2 > configuration.memoryRecords || unstoredBytes * 2 > configuration.memoryBytes
        }
    }

    /// Takes a record; blocks while memory is full. False after ``close()``.
    func add(_ record: QueuedRecord) -> Bool {
        locked {
            if isFull(with: record) && !isClosed { blocked += 1 }
            while isFull(with: record) && !isClosed { condition.wait() }
            guard !isClosed else { return false }
            records.append(record)
            unstoredRecords += 1
            unstoredBytes += record.byteCount
            isUrgent = isUrgent || record.shelf == .alert
            let isFirst = firstQueued == nil
            if isFirst { firstQueued = .now }
            // The writer's wait ends by the wall clock, which may have been set back: a late commit is called for here.
            let isLate = firstQueued.map { $0 + configuration.commitDelay < .now } ?? false
            if isFirst || isUrgent || isLate || records.count == configuration.commitRecords { condition.broadcast() }
            return true
        }
    }

    /// Has a job done by the writer's thread, before the next commit. False after the writer has ended.
    func add(_ job: @escaping Job) -> Bool {
        locked {
            guard !isClosed else { return false }
            jobs.append(job)
            condition.broadcast()
            return true
        }
    }

    func close() {
        locked {
            isClosed = true
            condition.broadcast()
        }
    }

    /// These records are stored, or refused for ever: their memory is free.
    func settled(_ done: [QueuedRecord]) {
        locked {
            unstoredRecords -= done.count
            unstoredBytes -= done.reduce(0) { $0 + $1.byteCount }
            holdUntil = nil
            condition.broadcast()
        }
    }

    /// The disk refused these: they come first again, not before `delay` has passed.
    func putBack(_ held: [QueuedRecord], for delay: Duration) {
        locked {
            records = held + records
            firstQueued = .now
            isUrgent = held.contains { $0.shelf == .alert }
            holdUntil = .now + delay
        }
    }

    /// Waits for work. Only the writer's thread calls this.
    func next() -> Work {
        locked {
            while true {
                if !jobs.isEmpty {
                    defer { jobs = [] }
                    return .jobs(jobs)
                }
                if let group = takeGroup() { return .commit(group) }
                if isClosed && records.isEmpty { return .finish }
                if let due = dueTime {
                    _ = condition.wait(until: Date(timeIntervalSinceNow: max(0, (due - .now).seconds)))
                } else {
                    condition.wait()
                }
            }
        }
    }

    private var dueTime: ContinuousClock.Instant? {
        guard let firstQueued else { return nil }
        let ripe = isUrgent || isClosed || records.count >= configuration.commitRecords
        let due = ripe ? firstQueued : firstQueued + configuration.commitDelay
        return holdUntil.map { max($0, due) } ?? due
    }

    /// Four times the usual size where that much waits: catching up needs fewer syncs.
    private func takeGroup() -> [QueuedRecord]? {
        guard let due = dueTime, due <= .now else { return nil }
        let group = Array(records.prefix(configuration.commitRecords * 4))
        records.removeFirst(group.count)
        firstQueued = records.isEmpty ? nil : .now
        isUrgent = records.contains { $0.shelf == .alert }
        return group
    }

    /// One record is always taken, however large.
    private func isFull(with record: QueuedRecord) -> Bool {
        guard unstoredRecords > 0 else { return false }
        return unstoredRecords >= configuration.memoryRecords
            || unstoredBytes + record.byteCount > configuration.memoryBytes
    }

    private func locked<T>(_ body: () -> T) -> T {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }
}
