public import Foundation

/// How long and how much to keep.
public struct RetentionPolicy: Hashable, Sendable {
    /// Days after which files of a class are deleted; a class without an entry is kept until space runs out.
    public var days: [RecordingClass: Double] = [.continuous: 7, .motion: 30, .evidence: 180]
    /// All recordings together; nil for as much as the disk holds.
    public var maximumByteCount: Int64?
    /// Free space on the disk that recordings leave to others.
    public var reserveByteCount: Int64 = 2 << 30

    /// The defaults.
    public init() {}
}

/// How long the space lasts at the rate of the last days.
public struct RetentionForecast: Hashable, Sendable {
    /// Written a day.
    public var bytesPerDay: Double
    /// Until the space is full and older files go before their class's days are over; nil where they go before that.
    public var daysUntilFull: Double?
    /// What the whole space holds.
    public var daysHeld: Double
}

/// What retention should delete.
public struct RetentionPlan: Hashable, Sendable {
    /// Files, in the order in which they should go.
    public var files: [String] = []
    /// Their bytes.
    public var byteCount: Int64 = 0
    /// Bytes that are still wanting when all that may go is gone: only locked files and those being written are left.
    public var missingByteCount: Int64 = 0
    /// Nil before anything was recorded for an hour.
    public var forecast: RetentionForecast?
}

/// Decides which recorded files go. Pure.
///
/// First those that are older than their class's days. Then, for want of space, continuous and motion files by the share
/// of their days that they have had, and when none is left evidence, oldest first. Locked files and files that are being
/// written never go.
public struct RetentionPlanner: Sendable {
    /// What to keep.
    public var policy: RetentionPolicy

    /// A planner for a policy.
    public init(policy: RetentionPolicy) { self.policy = policy }

    /// Plans for the files that there are.
    ///
    /// - Parameters:
    ///   - freeByteCount: free space on their disk.
    ///   - expires: false where `now` cannot be trusted: files go for want of space only then.
    public func plan(
        _ segments: [SegmentSummary], freeByteCount: Int64, now: Date, expires: Bool = true
    ) -> RetentionPlan {
        var plan = RetentionPlan()
        let free = segments.filter { !$0.isOpen && $0.recordingClass != .locked }
        let expired = free.filter { expires && share($0, now) >= 1 }.sorted { $0.begin < $1.begin }
        for segment in expired { plan.add(segment) }
        let used = segments.reduce(0) { $0 + $1.byteCount }
        var excess = excess(used: used, freeByteCount: freeByteCount) - plan.byteCount
        let gone = Set(plan.files)
        for segment in inOrderOfLoss(free.filter { !gone.contains($0.file) }, now) {
            guard excess > 0 else { break }
            plan.add(segment)
            excess -= segment.byteCount
        }
        plan.missingByteCount = max(0, excess)
        plan.forecast = forecast(segments, used: used, freeByteCount: freeByteCount, now: now)
        return plan
    }

    /// The share of its days that a file has had; 0 for a class that is kept as long as space lasts.
    private func share(_ segment: SegmentSummary, _ now: Date) -> Double {
        guard let days = policy.days[segment.recordingClass] else { return 0 }
        return now.timeIntervalSince(segment.end) / max(days * 86_400, 1)
    }

    private func excess(used: Int64, freeByteCount: Int64) -> Int64 {
        max(policy.reserveByteCount - freeByteCount, policy.maximumByteCount.map { used - $0 } ?? .min)
    }

    private func inOrderOfLoss(_ segments: [SegmentSummary], _ now: Date) -> [SegmentSummary] {
        let ranked = segments.map { segment in
            (segment: segment, group: segment.recordingClass == .evidence ? 1 : 0, share: share(segment, now))
        }
        return ranked.sorted { left, right in
            if left.group != right.group { return left.group < right.group }
            if left.group == 0 && left.share != right.share { return left.share > right.share }
            return left.segment.begin < right.segment.begin
        }.map(\.segment)
    }

    /// From the files of the last seven days.
    private func forecast(
        _ segments: [SegmentSummary], used: Int64, freeByteCount: Int64, now: Date
    ) -> RetentionForecast? {
        let recent = segments.filter { (0...7 * 86_400).contains(now.timeIntervalSince($0.begin)) }
        guard let oldest = recent.map(\.begin).min(), now.timeIntervalSince(oldest) >= 3600 else { return nil }
        let bytesPerDay = Double(recent.reduce(0) { $0 + $1.byteCount }) * 86_400 / now.timeIntervalSince(oldest)
        guard bytesPerDay > 0 else { return nil }
        let room = Double(-excess(used: used, freeByteCount: freeByteCount))
        let daysHeld = max(0, Double(used) + room) / bytesPerDay
        let longest = policy.days[.continuous] ?? .infinity
        return RetentionForecast(
            bytesPerDay: bytesPerDay, daysUntilFull: daysHeld < longest ? max(0, room) / bytesPerDay : nil,
            daysHeld: daysHeld)
    }
}

extension RetentionPlan {
    fileprivate mutating func add(_ segment: SegmentSummary) {
        files.append(segment.file)
        byteCount += segment.byteCount
    }
}
