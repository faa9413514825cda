import Foundation

/// The address of an RTSP stream, taken apart, with the credentials kept aside.
public struct CameraURL: Hashable, Sendable {
    /// `rtsp`, or `rtsps` for RTSP over TLS.
    public var scheme: String
    /// A name or an address; an IPv6 address stands without its brackets.
    public var host: String
    /// The TCP port; nil for the scheme's own (554, or 322 for `rtsps`).
    public var port: UInt16?
    /// Path and query as the camera expects them; begins with `/` or is empty.
    public var target: String
    /// Who asks; nil where the camera lets everybody in.
    public var credentials: Credentials?

    /// Parses `rtsp://[user[:password]@]host[:port][/path][?query]`.
    ///
    /// User name and password may hold raw characters other than `/`, `?` and `#`; the last `@` before the path ends
    /// them. A later `@` is refused, because it cannot be told from a password that holds a `/`.
    public init(_ text: String) throws(InvalidCameraURL) {
        guard let mark = text.range(of: "://"), ["rtsp", "rtsps"].contains(text[..<mark.lowerBound].lowercased()) else {
            throw InvalidCameraURL(reason: "a camera address begins with rtsp:// or rtsps://")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw InvalidCameraURL(
                reason: "a camera address holds no blanks or control characters; write a blank as %20")
        }
        scheme = text[..<mark.lowerBound].lowercased()
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let tail = rest[authority.endIndex...]
        guard !tail.contains("@"), !tail.contains("#") else {
            throw InvalidCameraURL(
                reason: "there is an '@' or '#' after the host; in a user name or password write / as %2F, ? as %3F, "
                    + "# as %23, and in a path @ as %40")
        }
        target = tail.isEmpty || tail.hasPrefix("/") ? String(tail) : "/" + tail
        (credentials, host, port) = try Self.splitAuthority(authority)
    }

    private static func splitAuthority(
        _ authority: Substring
    ) throws(InvalidCameraURL) -> (Credentials?, String, UInt16?) {
        guard let at = authority.lastIndex(of: "@") else {
            let (host, port) = try splitHost(authority)
            return (nil, host, port)
        }
        let (host, port) = try splitHost(authority[authority.index(after: at)...])
        let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.count > 1 ? parts[1] : ""
        return (Credentials(user: decode(parts[0]), password: decode(password)), host, port)
    }

    private static func splitHost(_ text: Substring) throws(InvalidCameraURL) -> (String, UInt16?) {
        var host = text
        var port: UInt16?
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw InvalidCameraURL(
                    reason: "what follows the host's ':' is not a port number from 1 to 65535; "
                        + "if it is part of a password, write / as %2F, ? as %3F and # as %23")
            }
            (host, port) = (text[..<colon], number)
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isValidHost(host, isBracketed: isBracketed) else {
            throw InvalidCameraURL(reason: "the host is missing or holds characters that no host name has")
        }
        return (String(host), port)
    }

    private static func isValidHost(_ host: Substring, isBracketed: Bool) -> Bool {
        !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy { byte in
                let character = Character(UnicodeScalar(byte))
                return character.isASCII
                    && (character.isLetter || character.isNumber || (isBracketed ? ":.%" : ".-_").contains(character))
            }
    }

    private static func decode(_ text: Substring) -> String { text.removingPercentEncoding ?? String(text) }
}

/// Why a camera's address cannot be used. The text never repeats the address, which may hold a password.
public struct InvalidCameraURL: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and how to write it.
    public var reason: String

    /// The reason.
    public var description: String { reason }
}
