/// The name of one camera, as site files and records spell it.
///
/// 1 to 64 characters of `a–z A–Z 0–9 . _ -`, the first a letter or digit: safe in file names, metric labels and URLs.
public struct CameraID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name itself.
    public let rawValue: String

    /// Returns nil for a name that is empty, too long, or holds other characters.
    public init?(rawValue: String) {
        guard Self.isValid(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Decodes a string; a bad name is a `DecodingError.dataCorrupted` at the key path of the string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let id = CameraID(rawValue: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.rule)
        }
        self = id
    }

    /// The bare string.
    public var description: String { rawValue }

    /// What a valid name looks like, for error messages.
    public static let rule =
        "a camera id has 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit"

    private static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, (1...64).contains(name.utf8.count) else { return false }
        return isAlphanumeric(first) && name.utf8.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
