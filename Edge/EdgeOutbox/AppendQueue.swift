import EdgeCore
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

    /// What became of a record at the door.
    enum Entry {
        case taken, full, closed
    }

    private let configuration: OutboxConfiguration
    private let condition = MonotonicCondition()
    private var records: [QueuedRecord] = []
    private var jobs: [Job] = []
    /// Tasks that wait for room; they hold no thread meanwhile.
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Queued and held by the writer, not stored yet.
    private var unstoredRecords = 0
    private var unstoredBytes = 0
    private var firstQueued: ContinuousClock.Instant?
    private var holdUntil: ContinuousClock.Instant?
    private var isUrgent = false
    private var closedAt: ContinuousClock.Instant?
    private var blocked = 0
    private var lost = 0

    init(_ configuration: OutboxConfiguration) { self.configuration = configuration }

    var unstored: Int { condition.locked { unstoredRecords } }
    var blockedAppends: Int { condition.locked { blocked } }
    /// Records that never reached the disk because the outbox was closed.
    var lostRecords: Int { condition.locked { lost } }
    /// Nil before ``close()``.
    var timeSinceClose: Duration? { condition.locked { closedAt.map { .now - $0 } } }
    /// More than half of the memory is taken.
    var isHalfFull: Bool {
        condition.locked {
            unstoredRecords * 2 > configuration.memoryRecords || unstoredBytes * 2 > configuration.memoryBytes
        }
    }

    /// Takes a record; blocks the thread while memory is full. False after ``close()``.
    func add(_ record: QueuedRecord) -> Bool {
        condition.locked {
            var isFirstTry = true
            while true {
                switch enter(record, isFirstTry: isFirstTry) {
                case .taken: return true
                case .closed:
                    lost += 1
                    return false
                case .full: condition.wait()
                }
                isFirstTry = false
            }
        }
    }

    /// The same for tasks: holds no thread, of which there may be no more than two, while memory is full.
    func addWhenRoom(_ record: QueuedRecord) async -> Bool {
        var isFirstTry = true
        while true {
            switch offer(record, isFirstTry: isFirstTry) {
            case .taken: return true
            case .closed: return false
            case .full: await waitForRoom(for: record)
            }
            isFirstTry = false
        }
    }

    /// Takes a record where there is room for it.
    func offer(_ record: QueuedRecord, isFirstTry: Bool = true) -> Entry {
        condition.locked { enter(record, isFirstTry: isFirstTry) }
    }

    private func waitForRoom(for record: QueuedRecord) async {
        await withCheckedContinuation { continuation in
            let isOver = condition.locked {
                guard isFull(with: record), closedAt == nil else { return true }
                waiters.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func enter(_ record: QueuedRecord, isFirstTry: Bool) -> Entry {
        guard closedAt == nil else { return .closed }
        guard !isFull(with: record) else {
            if isFirstTry { blocked += 1 }
            return .full
        }
        records.append(record)
        unstoredRecords += 1
        unstoredBytes += record.byteCount
        isUrgent = isUrgent || record.shelf == .alert
        let isFirst = firstQueued == nil
        if isFirst { firstQueued = .now }
        if isFirst || isUrgent || records.count == configuration.commitRecords { condition.broadcast() }
        return .taken
    }

    /// Has a job done by the writer's thread, before the next commit. False after the writer has ended.
    func add(_ job: @escaping Job) -> Bool {
        condition.locked {
            guard closedAt == nil else { return false }
            jobs.append(job)
            condition.broadcast()
            return true
        }
    }

    /// Takes nothing any more; what is held back is tried at once.
    func close() {
        wake {
            closedAt = closedAt ?? .now
            holdUntil = nil
        }
    }

    /// These records are stored, or refused for ever: their memory is free.
    func settled(_ done: [QueuedRecord], areLost: Bool = false) {
        wake {
            unstoredRecords -= done.count
            unstoredBytes -= done.reduce(0) { $0 + $1.byteCount }
            holdUntil = nil
            if areLost { lost += done.count }
        }
    }

    private func wake(after change: () -> Void) {
        let tasks = condition.locked {
            change()
            condition.broadcast()
            defer { waiters = [] }
            return waiters
        }
        for task in tasks { task.resume() }
    }

    /// The disk refused these: they come first again, not before `delay` has passed.
    func putBack(_ held: [QueuedRecord], for delay: Duration) {
        condition.locked {
            records = held + records
            firstQueued = .now
            isUrgent = records.contains { $0.shelf == .alert }
            holdUntil = .now + delay
        }
    }

    /// Waits for work. Only the writer's thread calls this.
    func next() -> Work {
        condition.locked {
            while true {
                if !jobs.isEmpty {
                    defer { jobs = [] }
                    return .jobs(jobs)
                }
                if let group = takeGroup() { return .commit(group) }
                if closedAt != nil && records.isEmpty { return .finish }
                if let due = dueTime { condition.wait(atMost: due - .now) } else { condition.wait() }
            }
        }
    }

    private var dueTime: ContinuousClock.Instant? {
        guard let firstQueued else { return nil }
        let ripe = isUrgent || closedAt != nil || records.count >= configuration.commitRecords
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
}
