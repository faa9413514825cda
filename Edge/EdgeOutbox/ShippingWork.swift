/// What waits in the spool, as the shipping decisions need it.
struct ShippingWork: Hashable, Sendable {
    /// A batch was formed and has no final answer yet.
    var hasPending = false
    /// Waiting records, and losses that will become `Gap` records.
    var records = 0
    /// The number of the newest waiting alert; 0: none.
    var newestAlert: UInt64 = 0
    /// Files that wait for upload.
    var evidence = 0
}
