public import Foundation

/// A snapshot of the outbox, for health records, logs and people.
///
/// Healthy means that ``acknowledgedSequence`` moves while records are appended.
public struct OutboxStatus: Hashable, Sendable {
    /// Milliseconds since 1970 at the spool's creation, then six random digits.
    public var epoch: UInt64 = 0
    /// The newest number assigned; 0: none.
    public var lastSequence: UInt64 = 0
    /// Every number up to here is stored at the collector or covered by a `Gap` there.
    public var acknowledgedSequence: UInt64 = 0
    /// When the collector last confirmed a batch.
    public var acknowledgedAt: Date?
    /// Records stored here and not confirmed, and their bytes.
    public var waitingRecords = 0
    /// Bytes of the waiting records as the cap counts them.
    public var waitingBytes = 0
    /// Records in memory that are not stored yet.
    public var queuedRecords = 0
    /// Evidence files that wait for upload.
    public var evidenceFiles = 0
    /// Their bytes.
    public var evidenceBytes = 0
    /// Records dropped for the cap since the spool's creation; each is covered by a `Gap`.
    public var droppedRecords = 0
    /// Evidence files that will never come, since the spool's creation.
    public var droppedEvidence = 0
    /// Records that the collector refuses, since the spool's creation.
    public var deadLetters = 0
    /// Appends that had to wait for memory, since the agent's start.
    public var blockedAppends = 0
    /// Records that came too late, or that the disk refused, when the outbox was closed: they are nowhere.
    public var lostRecords = 0
    /// What the shipper does, in plain words, e.g. "connected" or "waiting 8 s: connection refused".
    public var shipping = "not started"
    /// What a person should know, in plain words; empty when all is well.
    public var problems: [String] = []
    /// The collector's clock minus ours, by its last receipt; nil before the first.
    public var collectorClockOffset: Duration?
}
