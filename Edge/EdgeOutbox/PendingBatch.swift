import Foundation

/// The batch that goes out next, stored before it is sent: after a crash the same bytes are sent again.
struct PendingBatch: Codable, Hashable, Sendable {
    /// Its place in the chain: one more than the newest confirmed batch.
    var number: UInt64
    /// A serialized `SignedBatch`.
    var body: Data
    /// SHA-256 of its payload.
    var hash: Data
    /// The numbers of its records, by shelf.
    var sequences: [[UInt64]]
    /// The bytes of their bodies, by shelf.
    var bodyBytes: [Int]

    var recordCount: Int { sequences.reduce(0) { $0 + $1.count } }
    var allSequences: Set<UInt64> { Set(sequences.joined()) }
}
