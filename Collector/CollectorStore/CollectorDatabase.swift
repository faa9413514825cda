public import CollectorDomain
public import Foundation

/// Where and how a collector keeps its data.
public struct StoreConfiguration: Hashable, Sendable {
    /// The folder of `collector.sqlite` and `evidence/`; made when absent.
    public var directory: URL
    /// How long sessions last.
    public var sessions = SessionPolicy()
    /// The largest evidence file that a record may declare.
    public var evidenceByteLimit: Int64 = 256 << 20
    /// Batches that may wait for their commit before more are refused as `busy`.
    public var waitingBatchLimit = 256

    /// Keeps data in a folder.
    public init(directory: URL) { self.directory = directory }
}
