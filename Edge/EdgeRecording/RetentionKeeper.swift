import EdgeCore
public import Foundation
public import Logging

/// How retention stands.
public struct RetentionStatus: Hashable, Sendable {
    /// Why space cannot be made, or nothing is deleted by its age, for an operator; nil when all is well.
    public var problem: String?
    /// Files and bytes deleted since the start.
    public var deletedFileCount: UInt64 = 0
    /// Bytes deleted since the start.
    public var deletedByteCount: UInt64 = 0
    /// Free space on the disk at the last look.
    public var freeByteCount: Int64 = 0
    /// How long the space lasts.
    public var forecast: RetentionForecast?

    /// Nothing yet.
    public init() {}
}

/// Deletes recordings by a policy: a thread of its own looks every 30 seconds. Works on a full disk.
///
/// When the host's clock was set by more than an hour, nothing is deleted by its age for a day: a clock that stands a
/// year ahead would else take every recording.
public final class RetentionKeeper: @unchecked Sendable {  // `condition` guards what varies
    private static let interval = Duration.seconds(30)

    private let index: RecordingIndex
    private let planner: RetentionPlanner
    private let freeSpace: @Sendable () throws(RecordingError) -> Int64
    private let logger: Logger
    private let origin = ContinuousClock.now
    private let condition = MonotonicCondition()
    private var clock = ClockWatch()
    private var present = RetentionStatus()
    private var isStopping = false

    /// Prepares; nothing is deleted before ``start()`` or ``run(now:)``.
    public convenience init(
        index: RecordingIndex, policy: RetentionPolicy, logger: Logger = Logger(label: "ngatu.retention")
    ) {
        let folder = index.folder
        self.init(index: index, policy: policy, logger: logger) { () throws(RecordingError) in
            try Disk.space(folder).free
        }
    }

    init(
        index: RecordingIndex, policy: RetentionPolicy, logger: Logger,
        freeSpace: @escaping @Sendable () throws(RecordingError) -> Int64
    ) {
        (self.index, self.logger, self.freeSpace) = (index, logger, freeSpace)
        planner = RetentionPlanner(policy: policy)
    }

    /// How it stands. From any thread.
    public var status: RetentionStatus { condition.locked { present } }

    /// Starts the thread.
    public func start() {
        let thread = Thread { [self] in
            while !condition.locked({ isStopping }) {
                run(now: Date())
                condition.locked { _ = condition.wait(timeout: Self.interval) { isStopping } }
            }
        }
        thread.name = "retention"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends the thread at its next look.
    public func stop() {
        condition.locked {
            isStopping = true
            condition.broadcast()
        }
    }

    /// Looks once, and deletes what has to go.
    public func run(now: Date) { run(now: now, monotonic: ContinuousClock.now - origin) }

    /// - Parameter monotonic: time by a clock that nobody sets.
    func run(now: Date, monotonic: Duration) {
        let hold = condition.locked { clock.look(wall: now, monotonic: monotonic) }
        var problem = hold
        do throws(RecordingError) {
            let segments = try index.summaries()
            let sizes = Dictionary(segments.map { ($0.file, $0.byteCount) }, uniquingKeysWith: { first, _ in first })
            let free = try freeSpace()
            let plan = planner.plan(segments, freeByteCount: free, now: now, expires: hold == nil)
            for file in plan.files { problem = delete(file, sizes[file] ?? 0) ?? problem }
            if plan.missingByteCount > 0 { problem = Self.shortage(plan.missingByteCount) }
            condition.locked { (present.forecast, present.freeByteCount) = (plan.forecast, free) }
        } catch { problem = error.detail }
        tell(problem)
    }

    private func delete(_ file: String, _ byteCount: Int64) -> String? {
        do throws(RecordingError) {
            try index.delete(file)
            condition.locked {
                present.deletedFileCount += 1
                present.deletedByteCount += UInt64(max(0, byteCount))
            }
            return nil
        } catch { return error.detail }
    }

    private func tell(_ problem: String?) {
        let isNews = condition.locked {
            defer { present.problem = problem }
            return problem != present.problem
        }
        guard isNews else { return }
        if let problem {
            logger.error("retention is held up", metadata: ["error": "\(problem)"])
        } else {
            logger.notice("retention goes on")
        }
    }

    private static func shortage(_ byteCount: Int64) -> String {
        "\(byteCount / 1_000_000) MB are wanting and only locked or open recordings are left: "
            + "unlock some, or make the disk larger"
    }
}
