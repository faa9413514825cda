/// Why the outbox, the agent's key or an enrolment failed.
public struct OutboxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    public enum Kind: String, Hashable, Sendable {
        /// A newer agent wrote the spool: run that version again, or name another spool directory. Nothing was touched.
        case newerSchema
        /// Another process holds the spool: stop it first.
        case inUse
        /// The disk refuses reads or writes: free space, or mend the disk. Nothing was lost by this call alone.
        case storage
        /// The outbox was closed: nothing more is taken.
        case closed
        /// The key file is missing, readable by others, or not a key: see the text.
        case badKey
        /// The collector refused the enrolment code: ask for a new one.
        case refusedCode
        /// The collector cannot be reached: check address, network and whether it runs.
        case unreachable
        /// The collector's certificate is not trusted: name its CA file.
        case untrusted
        /// The collector answered something that this agent does not understand.
        case badAnswer
        /// A setting cannot be used: mend the configuration.
        case badConfiguration
        /// The spool is damaged: handled inside by setting it aside; callers see it only if that fails too.
        case damaged
    }

    /// What the caller can do.
    public var kind: Kind
    /// What happened, where, and what to do, in plain words.
    public var detail: String

    /// Makes an error.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Kind and detail.
    public var description: String { "\(kind.rawValue): \(detail)" }
}
