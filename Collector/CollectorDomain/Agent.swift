public import Foundation

/// An edge agent that was enrolled here.
public struct Agent: Hashable, Sendable, Identifiable {
    /// Its number at this collector, counted from 1.
    public var id: Int64
    /// What it calls itself; shown to people, decides nothing.
    public var name: String
    /// The site whose enrolment code it used. Scopes of users are sets of sites.
    public var site: String
    /// SHA-256 of its public key, 64 hexadecimal digits: its identity.
    public var keyHex: String
    /// When it was enrolled.
    public var enrolledAt: Date
    /// When a person took its right to deliver; nil while it has it.
    public var revokedAt: Date?
    /// When its last batch was stored, by the collector's clock.
    public var lastSeenAt: Date?
    /// The collector's clock minus the agent's, as of the last batch; includes the way over the network.
    public var clockOffset: Duration?

    /// Makes an agent.
    public init(
        id: Int64, name: String, site: String, keyHex: String, enrolledAt: Date, revokedAt: Date? = nil,
        lastSeenAt: Date? = nil, clockOffset: Duration? = nil
    ) {
        self.id = id
        self.name = name
        self.site = site
        self.keyHex = keyHex
        self.enrolledAt = enrolledAt
        self.revokedAt = revokedAt
        self.lastSeenAt = lastSeenAt
        self.clockOffset = clockOffset
    }

    /// Whether its batches are taken.
    public var isEnrolled: Bool { revokedAt == nil }
}

/// An agent and what it last said about itself.
public struct AgentStatus: Hashable, Sendable {
    /// The agent.
    public var agent: Agent
    /// Its newest health report; nil before the first.
    public var health: AgentReport?
    /// Whether it was heard of lately.
    public var freshness: Freshness

    /// Makes a status.
    public init(agent: Agent, health: AgentReport?, freshness: Freshness) {
        self.agent = agent
        self.health = health
        self.freshness = freshness
    }
}

/// What of one epoch of an agent's numbering has arrived.
public struct AgentDelivery: Hashable, Sendable {
    /// The agent's number.
    public var agent: Int64
    /// The epoch: a new one for every new spool.
    public var epoch: Int64
    /// Batches stored.
    public var batches: Int64
    /// Every number that is stored or covered by a gap record.
    public var covered: SequenceRanges

    /// Makes a delivery.
    public init(agent: Int64, epoch: Int64, batches: Int64, covered: SequenceRanges) {
        self.agent = agent
        self.epoch = epoch
        self.batches = batches
        self.covered = covered
    }
}

/// The newest health report of an agent.
public struct AgentReport: Hashable, Sendable {
    /// The version it runs.
    public var version: String
    /// Since it was started.
    public var uptime: Duration
    /// Records that wait in its spool.
    public var outboxRecords: UInt64
    /// Bytes of its spool.
    public var outboxBytes: UInt64
    /// Evidence files that wait.
    public var evidenceFiles: UInt64
    /// Free bytes on its disk.
    public var diskFreeBytes: UInt64
    /// Its resident memory.
    public var residentBytes: UInt64
    /// Processor use in percent of one core over the last minute.
    public var processorPercent: Double
    /// Plain words about what is wrong.
    public var problems: [String]

    /// Makes a report.
    public init(
        version: String, uptime: Duration, outboxRecords: UInt64, outboxBytes: UInt64, evidenceFiles: UInt64,
        diskFreeBytes: UInt64, residentBytes: UInt64, processorPercent: Double, problems: [String]
    ) {
        self.version = version
        self.uptime = uptime
        self.outboxRecords = outboxRecords
        self.outboxBytes = outboxBytes
        self.evidenceFiles = evidenceFiles
        self.diskFreeBytes = diskFreeBytes
        self.residentBytes = residentBytes
        self.processorPercent = processorPercent
        self.problems = problems
    }
}
