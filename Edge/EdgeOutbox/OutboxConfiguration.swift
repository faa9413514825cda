/// The settings of an agent's outbox.
public struct OutboxConfiguration: Hashable, Sendable {
    /// The spool directory: made if missing, used by one process at a time.
    public var directory: String
    /// Most bytes of waiting records; beyond it samples are dropped, then passages, then alerts, each in a `Gap`.
    public var recordByteCap: Int = 2_000_000_000
    /// Most bytes of waiting evidence; beyond it the evidence of passages and samples goes before that of alerts.
    public var evidenceByteCap: Int = 8_000_000_000
    /// The longest that a record waits in memory for others to share its commit.
    public var commitDelay: Duration = .milliseconds(200)
    /// Most records of one commit.
    public var commitRecords: Int = 500
    /// Most records in memory that are not stored yet; then ``Outbox/append(_:lane:evidence:)`` blocks, counted.
    public var memoryRecords: Int = 20_000
    /// Most bytes in memory that are not stored yet, evidence included; then appends block, counted.
    public var memoryBytes: Int = 64 << 20
    /// How long the collector may fail at an evidence file (5xx) while it takes others, in whole hours of the agent's
    /// running; then the file is given up, told in a `Gap`.
    public var evidencePatience: Duration = .seconds(5 * 86_400)
    /// Bytes set aside on disk, so that dropping works on a full disk.
    public var reserveBytes: Int = 4 << 20

    /// Makes settings with the defaults above.
    public init(directory: String) {
        self.directory = directory
    }

    /// Checks the numbers.
    ///
    /// - Throws: ``OutboxError`` of kind `badConfiguration`, naming the setting.
    public func validate() throws(OutboxError) {
        guard !directory.isEmpty else { throw OutboxError(.badConfiguration, "the spool directory is empty") }
        for (name, value, least) in [
            ("recordByteCap", recordByteCap, 100_000), ("evidenceByteCap", evidenceByteCap, 0),
            ("commitRecords", commitRecords, 1), ("memoryRecords", memoryRecords, 1), ("memoryBytes", memoryBytes, 1),
            ("reserveBytes", reserveBytes, 0),
        ] where value < least {
            throw OutboxError(.badConfiguration, "\(name) is \(value); at least \(least) is needed")
        }
    }
}
