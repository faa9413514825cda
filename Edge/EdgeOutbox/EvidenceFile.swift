import Crypto
public import Foundation

/// The bytes of one file that proves a record.
public struct EvidenceFile: Hashable, Sendable {
    /// SHA-256 of ``content``, 32 bytes: the file's name here and at the collector.
    public let sha256: Data
    /// The file.
    public let content: Data
    /// The size of a file that is in the spool's folder already: its ``content`` is let go.
    private let placedByteCount: Int?

    /// Names and takes a file.
    public init(_ content: Data) {
        self.content = content
        placedByteCount = nil
        sha256 = Data(SHA256.hash(data: content))
    }

    /// Takes a file whose SHA-256 is known, for callers that have just computed it.
    ///
    /// - Parameter sha256: 32 bytes; a wrong hash is found by the collector, which then refuses the file.
    public init(_ content: Data, sha256: Data) {
        precondition(sha256.count == 32, "a SHA-256 has 32 bytes")
        self.content = content
        placedByteCount = nil
        self.sha256 = sha256
    }

    /// The same file, in the spool's folder.
    init(placed file: EvidenceFile) {
        content = Data()
        placedByteCount = file.byteCount
        sha256 = file.sha256
    }

    var byteCount: Int { placedByteCount ?? content.count }
    var isPlaced: Bool { placedByteCount != nil }
}
