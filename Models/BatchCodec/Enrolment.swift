/// The body of `POST /v1/enrolments`, as JSON: an agent asks to be known.
///
/// The request carries a ``RequestSignature`` made with the key it brings (fields: code, public key), which proves that
/// the agent holds it.
public struct EnrolmentRequest: Codable, Hashable, Sendable {
    /// The one-time code that a person read off the collector: see ``normalized(_:)``.
    public var code: String
    /// Ed25519 public key, 32 bytes, base64.
    public var publicKey: String
    /// What the agent calls itself, e.g. its host name; shown to people, decides nothing.
    public var name: String

    /// Makes a request.
    public init(code: String, publicKey: String, name: String) {
        self.code = code
        self.publicKey = publicKey
        self.name = name
    }

    /// The path of the request.
    public static let path = "/v1/enrolments"

    /// A code as it was meant: capitals, without the blanks and dashes people type.
    public static func normalized(_ code: String) -> String {
        code.uppercased().filter { $0.isLetter || $0.isNumber }
    }
}

/// What the collector answers to an ``EnrolmentRequest`` it accepts.
public struct EnrolmentReceipt: Codable, Hashable, Sendable {
    /// The agent's number at this collector.
    public var agent: Int64
    /// The site the code was made for.
    public var site: String
    /// The collector's name, for people.
    public var collector: String

    /// Makes a receipt.
    public init(agent: Int64, site: String, collector: String) {
        self.agent = agent
        self.site = site
        self.collector = collector
    }
}
