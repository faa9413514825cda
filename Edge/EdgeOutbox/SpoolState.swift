import BatchCodec
import Foundation

/// What the spool knows about itself: one row, replaced in every transaction that changes it.
struct SpoolState: Codable, Hashable, Sendable {
    /// Version of the tables; see ``SpoolSchema``.
    var schema = SpoolSchema.version
    /// Milliseconds since 1970 at the spool's creation and six random digits, always greater than that of the spool before it.
    var epoch: UInt64
    /// Where the way to a new epoch stands; nil: there is none. See ``Store/adoptHead(_:)``.
    var fork: Fork?
    /// The number that the next record gets.
    var nextSequence: UInt64 = 1
    /// The newest batch that the collector has confirmed; 0: none.
    var headNumber: UInt64 = 0
    /// Its hash.
    var headHash = BatchSeal.genesis
    /// The collector's last word: every number up to here is stored there or covered by a `Gap`.
    var contiguousSequence: UInt64 = 0
    /// Waiting records on each shelf.
    var counts = [Int](repeating: 0, count: Shelf.allCases.count)
    /// What the waiting records of each shelf count towards the cap.
    var bytes = [Int](repeating: 0, count: Shelf.allCases.count)
    /// Waiting evidence.
    var evidenceFiles = 0
    var evidenceBytes = 0
    /// Since the spool's creation.
    var droppedRecords = 0
    var droppedEvidence = 0
    var deadLetters = 0

    var recordCount: Int { counts.reduce(0, +) }
    var recordBytes: Int { bytes.reduce(0, +) }

    /// Another machine writes to this epoch too: records from a number on belong to an epoch of their own.
    struct Fork: Codable, Hashable, Sendable {
        /// The new epoch; it begins when all records below `sequence` are delivered in the old one.
        var epoch: UInt64
        /// The first number that no copy of this spool can hold.
        var sequence: UInt64
    }

    /// A row's cost beside its body: number, checksum, header and the share of page overhead.
    static let rowOverhead = 24

    mutating func count(_ shelf: Shelf, records: Int, bytes byteCount: Int) {
        counts[shelf.rawValue] += records
        bytes[shelf.rawValue] += byteCount + records * Self.rowOverhead
    }
}
