/// Why the store did not do what it was asked.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The disk is full: nothing was stored; try again later, tell the operator.
        case storageFull
        /// The disk failed to read or write: nothing was stored; try again later, tell the operator.
        case inputOutput
        /// Too much is waiting, or the request was cancelled: try again later.
        case busy
        /// The database file is damaged: stop, run `collector fsck`, restore.
        case damaged
        /// A newer collector wrote this database: start that version again. Nothing was touched.
        case newerSchema
        /// The agent is not enrolled, or was revoked.
        case unknownAgent
        /// There is no such thing.
        case notFound
        /// Allowed for nobody in this state: a used or expired code, a login name that is taken.
        case refused
        /// More bytes than were declared, or than are taken.
        case tooLarge
        /// An upload that does not begin where the stored part ends: go on at `offset`.
        case wrongOffset
        /// The bytes do not match their SHA-256; the partial file was removed: begin again.
        case mismatch
        /// A mistake of ours: report it.
        case unexpected
    }

    /// What the caller can do.
    public var kind: Kind
    /// What was wrong and where, in plain words for the log; never shown to strangers.
    public var detail: String
    /// With `wrongOffset`: bytes that are stored.
    public var offset: Int64?

    /// Makes an error.
    public init(_ kind: Kind, _ detail: String, offset: Int64? = nil) {
        self.kind = kind
        self.detail = detail
        self.offset = offset
    }

    /// Kind and detail.
    public var description: String { "\(kind.rawValue): \(detail)" }
}
