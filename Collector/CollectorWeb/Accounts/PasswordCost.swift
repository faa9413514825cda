import Crypto
import CryptoExtras
import Foundation

/// The cost of scrypt (RFC 7914).
public struct PasswordCost: Hashable, Sendable {
    /// The logarithm of N.
    public var logRounds: Int
    /// r.
    public var blockSize: Int
    /// p.
    public var parallelism: Int

    /// N = 2^15, r = 8, p = 3: 96 MiB at most, one of the settings that OWASP's password storage sheet holds equal.
    public static let standard = PasswordCost(logRounds: 15, blockSize: 8, parallelism: 3)
    /// So cheap that it protects nothing: for tests.
    public static let test = PasswordCost(logRounds: 4, blockSize: 1, parallelism: 1)

    /// Makes a cost.
    public init(logRounds: Int, blockSize: Int, parallelism: Int) {
        self.logRounds = logRounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// What a stored hash may ask for; keeps a damaged row from eating the memory.
    var isReasonable: Bool {
        (1...18).contains(logRounds) && (1...16).contains(blockSize) && (1...16).contains(parallelism)
    }
}

/// A salted password hash as the store keeps it: `scrypt$15$8$3$salt$key`, base64.
struct PasswordHash: Hashable, Sendable {
    let cost: PasswordCost
    let salt: Data
    let key: Data

    static let keyByteCount = 32
    static let saltByteCount = 16

    /// Hashes a password with a new salt. Slow on purpose: never on an event loop.
    init(password: String, cost: PasswordCost) throws {
        self.cost = cost
        salt = Token.random(Self.saltByteCount)
        key = try Self.derive(password, salt: salt, cost: cost)
    }

    /// Reads the stored form; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let block = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = Data(base64Encoded: String(parts[4])),
            let key = Data(base64Encoded: String(parts[5])), key.count == Self.keyByteCount
        else { return nil }
        cost = PasswordCost(logRounds: rounds, blockSize: block, parallelism: parallelism)
        guard cost.isReasonable else { return nil }
        self.salt = salt
        self.key = key
    }

    /// The stored form.
    var text: String {
        "scrypt$\(cost.logRounds)$\(cost.blockSize)$\(cost.parallelism)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    /// Whether this is the password; takes the same time for each wrong one.
    func matches(_ password: String) throws -> Bool {
        Token.areEqual(try Self.derive(password, salt: salt, cost: cost), key)
    }

    private static func derive(_ password: String, salt: Data, cost: PasswordCost) throws -> Data {
        // Unicode writes "ế" in several ways; keyboards differ in which they send.
        let bytes = Data(password.precomposedStringWithCanonicalMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: keyByteCount, rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes { Data($0) }
    }
}
