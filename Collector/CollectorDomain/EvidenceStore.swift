public import Foundation

/// How much of an evidence file is here.
public enum EvidenceState: Hashable, Sendable {
    /// `offset` of `byteCount` bytes are stored.
    case partial(offset: Int64, byteCount: Int64)
    /// All of it, checked against its SHA-256.
    case present(byteCount: Int64)
}

/// An evidence file for somebody who wants to see it.
public struct StoredEvidence: Hashable, Sendable {
    /// SHA-256 of the file, 32 bytes.
    public var sha256: Data
    /// E.g. `image/jpeg`.
    public var mediaType: String
    /// Its size.
    public var byteCount: Int64
    /// Where it lies; nil while it has not arrived.
    public var file: URL?
    /// The sites of the records that name it: see ``Access/Resource/evidence(sites:)``.
    public var sites: Set<String>
    /// The numbers of the cameras that took it.
    public var cameras: Set<Int64>

    /// Makes a description.
    public init(
        sha256: Data, mediaType: String, byteCount: Int64, file: URL?, sites: Set<String>, cameras: Set<Int64>
    ) {
        self.sha256 = sha256
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.file = file
        self.sites = sites
        self.cameras = cameras
    }
}

/// Takes evidence files in and finds them again. Only files that a stored record of the same agent names are taken.
public protocol EvidenceStore: Sendable {
    /// How much of a file is here.
    ///
    /// - Throws: kind `notFound` when no record of this agent names the hash (yet).
    func evidenceState(sha256: Data, agent: Int64) async throws(StoreError) -> EvidenceState

    /// Appends bytes to a partial file; the last ones are followed by the check of the SHA-256.
    ///
    /// Bytes that are already here may be sent again only as a whole file that is present (answered `present`).
    ///
    /// - Parameter offset: must be the number of bytes that are here.
    /// - Throws: kinds `notFound`, `wrongOffset` (with the offset to go on at), `tooLarge` (more than declared),
    ///   `mismatch` (begin again), `storageFull`, `inputOutput`.
    func appendEvidence(
        sha256: Data, agent: Int64, offset: Int64, chunk: Data, receivedAt: Date
    ) async throws(StoreError) -> EvidenceState

    /// A file by its hash; nil when no record names it.
    func evidence(sha256: Data) async throws(StoreError) -> StoredEvidence?
}
