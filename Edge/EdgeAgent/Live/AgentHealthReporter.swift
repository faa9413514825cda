import EdgeOutbox
import EventModel
import Foundation

/// Makes `AgentHealth` records: the box, the process, the outbox.
struct AgentHealthReporter {
    /// How often an agent says how it is.
    static let interval: Duration = .seconds(60)

    private let folder: URL
    private let started = ContinuousClock.now
    private var last: (clock: ContinuousClock.Instant, wall: Date, cpu: Double)

    /// - Parameter folder: the disk of this folder is reported.
    init(folder: URL) {
        self.folder = folder
        last = (ContinuousClock.now, Date(), ProcessUsage.cpuSeconds)
    }

    /// The record of this moment.
    mutating func record(outbox: OutboxStatus, problems: [String]) -> Ngatu_V1_Record {
        let now = (clock: ContinuousClock.now, wall: Date(), cpu: ProcessUsage.cpuSeconds)
        let elapsed = (now.clock - last.clock).seconds
        var record = Ngatu_V1_Record()
        record.timeMicros = now.wall.unixMicroseconds
        record.clock = .host
        var health = Ngatu_V1_AgentHealth()
        health.version = BuildInfo.version
        health.uptimeSeconds = UInt64((now.clock - started).seconds)
        describe(outbox, in: &health)
        describeBox(in: &health)
        if elapsed > 0.5 {
            health.cpuPercentTenths = UInt32(((now.cpu - last.cpu) / elapsed * 1_000).clamped(to: 0...1_000_000))
        }
        let jump = now.wall.timeIntervalSince(last.wall) - elapsed
        health.clockJumpMicros = Int64((jump * 1_000_000).clamped(to: -1e18...1e18))
        health.problems = outbox.problems + problems
        record.agentHealth = health
        last = now
        return record
    }

    private func describe(_ outbox: OutboxStatus, in health: inout Ngatu_V1_AgentHealth) {
        health.outboxRecords = UInt64(outbox.waitingRecords + outbox.queuedRecords)
        health.outboxBytes = UInt64(outbox.waitingBytes)
        health.evidenceFiles = UInt64(outbox.evidenceFiles)
        health.evidenceBytes = UInt64(outbox.evidenceBytes)
    }

    private func describeBox(in health: inout Ngatu_V1_AgentHealth) {
        let disk = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)  // 0 says: unknown
        health.diskFreeBytes = (disk?[.systemFreeSize] as? NSNumber)?.uint64Value ?? 0
        health.residentBytes = UInt64(ProcessUsage.residentBytes)
        health.temperatureTenths = Self.temperatureTenths
    }

    /// The first thermal zone, in tenths of a degree; 0 where the kernel shows none.
    private static var temperatureTenths: Int32 {
        // Often absent, e.g. in a virtual machine.
        let text = try? String(contentsOfFile: "/sys/class/thermal/thermal_zone0/temp", encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { $0 / 100 } ?? 0
    }
}
