/// Why a batch or a signed request was refused.
public struct BatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    public enum Kind: String, Hashable, Sendable {
        /// The key is not known or was revoked: enrol the agent again.
        case unknownKey
        /// The signature does not fit: the bytes were changed on the way, or another key signed them.
        case badSignature
        /// The bytes are not a batch: send again, or set the batch aside.
        case malformed
        /// Unpacked, it would pass the stated limit: send smaller batches.
        case tooLarge
    }

    /// What the caller can do.
    public var kind: Kind
    /// What was wrong, in plain words.
    public var detail: String

    /// Makes an error.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Kind and detail.
    public var description: String { "\(kind.rawValue): \(detail)" }
}
