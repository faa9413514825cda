public import Foundation

/// The one-time code that lets an agent enrol: made for one site, read off a page by a person.
///
/// Twelve characters of an alphabet without look-alikes, 59 bits: `7K3M-Q2XD-9HTP`. Stored only as a hash.
public enum EnrolmentCode {
    /// Digits and capitals without 0, 1, I, L and O.
    public static let alphabet = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
    /// How long a code is good.
    public static let lifetime = Duration.seconds(600)

    /// Makes a code. Give a cryptographic generator outside tests (`SystemRandomNumberGenerator` is one on Linux).
    public static func make(using generator: inout some RandomNumberGenerator) -> String {
        let groups = (0..<3).map { _ in
            String((0..<4).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
        }
        return groups.joined(separator: "-")
    }

    /// The code as it was meant: capitals, without the blanks and dashes that people type.
    public static func normalized(_ code: String) -> String {
        code.uppercased().filter { $0.isLetter || $0.isNumber }
    }

    /// What a stored code is good for.
    public enum State: String, Hashable, Sendable {
        /// It may be used.
        case open
        /// It was used.
        case used
        /// Its time is over.
        case expired
    }

    /// Judges a stored code.
    public static func state(createdAt: Date, usedAt: Date?, now: Date) -> State {
        if usedAt != nil { return .used }
        let age = now.timeIntervalSince(createdAt)
        return age >= 0 && age < Double(lifetime.components.seconds) ? .open : .expired
    }
}

/// A code just made: the only moment at which its text is known.
public struct NewEnrolmentCode: Hashable, Sendable {
    /// The text for the person at the agent.
    public var code: String
    /// The site it is for.
    public var site: String
    /// When it stops being good.
    public var expiresAt: Date

    /// Makes a code.
    public init(code: String, site: String, expiresAt: Date) {
        self.code = code
        self.site = site
        self.expiresAt = expiresAt
    }
}

/// A code as a list shows it: without its text.
public struct EnrolmentCodeRow: Hashable, Sendable, Identifiable {
    /// Its number.
    public var id: Int64
    /// The site it is for.
    public var site: String
    /// When it was made.
    public var createdAt: Date
    /// When it was used.
    public var usedAt: Date?
    /// The agent that used it.
    public var agent: Int64?

    /// Makes a row.
    public init(id: Int64, site: String, createdAt: Date, usedAt: Date?, agent: Int64?) {
        self.id = id
        self.site = site
        self.createdAt = createdAt
        self.usedAt = usedAt
        self.agent = agent
    }
}
