public import Crypto
public import Foundation

/// The name of an agent's public key: SHA-256 of its 32 bytes.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: Data

    /// Names a public key.
    public init(of key: Curve25519.Signing.PublicKey) {
        bytes = Data(SHA256.hash(data: key.rawRepresentation))
    }

    /// Takes a name off the wire; nil unless it has 32 bytes.
    public init?(bytes: Data) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Data(bytes)
    }

    /// Takes 64 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        guard let bytes = Data(hexadecimal: hex), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// 64 hexadecimal digits.
    public var hex: String { bytes.hexadecimal }

    /// The first 12 digits: enough to tell agents apart in logs.
    public var description: String { String(hex.prefix(12)) }
}

extension Data {
    /// Lower-case hexadecimal digits, two a byte.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Bytes from hexadecimal digits of either case; nil for an odd count or another character.
    public init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self.init(capacity: digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
