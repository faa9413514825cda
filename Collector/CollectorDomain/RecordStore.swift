public import Foundation

/// Reads records and what is counted from them. Lists come newest first unless said otherwise.
public protocol RecordStore: Sendable {
    /// The place of the newest record.
    func currentCursor() async throws(StoreError) -> StoreCursor

    /// Records after a place in the store's order, oldest first: what a live page missed.
    func feed(
        after cursor: StoreCursor, scope: SiteScope, limit: Int
    ) async throws(StoreError) -> [FeedItem]

    /// Changes from now on. Slow readers lose the oldest changes and see it at ``StoreChange``'s cursors.
    func changes() -> AsyncStream<StoreChange>

    /// Passages before a place, newest first. `camera` is a number of ``CameraStatus``.
    func passages(
        scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int
    ) async throws(StoreError) -> [FeedItem]

    /// Alert records before a place, newest first.
    func alerts(
        scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int
    ) async throws(StoreError) -> [FeedItem]

    /// Cameras by site and name.
    func cameras(scope: SiteScope, now: Date) async throws(StoreError) -> [CameraStatus]

    /// One camera; nil when there is none. Ask ``Access`` with its site.
    func camera(_ id: Int64, now: Date) async throws(StoreError) -> CameraStatus?

    /// Counts of today and of the last 60 minutes, by camera, line, class and direction; from the roll-ups.
    func liveCounts(scope: SiteScope, now: Date) async throws(StoreError) -> [LineCount]

    /// The same counts with the cursor they belong to, read at one moment: what a live page goes on counting from.
    func liveTotals(scope: SiteScope, now: Date) async throws(StoreError) -> LiveTotals
    /// The counts of a camera's day, oldest first.
    func series(camera: Int64, day: LocalDay, level: RollupLevel) async throws(StoreError) -> [SeriesPoint]

    /// Sizes for metrics.
    func statistics() async throws(StoreError) -> StoreStatistics

    /// Writes and commits something small: what `/readyz` asks.
    func checkWritable() async throws(StoreError)
}

/// Something new in the store.
public enum StoreChange: Hashable, Sendable {
    /// Records were stored: those after `after`, up to and with `upTo`. A reader whose last cursor is not `after` lost
    /// changes and asks ``RecordStore/feed(after:scope:limit:)``.
    case records(after: StoreCursor, upTo: StoreCursor, items: [FeedItem])
    /// An evidence file arrived.
    case evidence(sha256: Data, site: String, camera: Int64?)
}

/// Sizes for metrics.
public struct StoreStatistics: Hashable, Sendable {
    /// Records ever stored.
    public var records: Int64
    /// Batches ever stored.
    public var batches: Int64
    /// Enrolled agents.
    public var agents: Int64
    /// Cameras.
    public var cameras: Int64
    /// Bytes of the database file.
    public var databaseBytes: Int64
    /// Batches that wait for their commit.
    public var waitingBatches: Int

    /// Makes statistics.
    public init(
        records: Int64, batches: Int64, agents: Int64, cameras: Int64, databaseBytes: Int64, waitingBatches: Int
    ) {
        self.records = records
        self.batches = batches
        self.agents = agents
        self.cameras = cameras
        self.databaseBytes = databaseBytes
        self.waitingBatches = waitingBatches
    }
}
