import Crypto
import Foundation

/// Random tokens and what is derived from them.
enum Token {
    /// Bytes of a session's token: 256 bits.
    static let sessionByteCount = 32

    /// Bytes from the system's cryptographic generator.
    static func random(_ count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// Base64 in the alphabet of URLs, without padding: fit for cookies and forms.
    static func text(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The reverse of ``text(_:)``; nil for other text.
    static func bytes(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }

    /// What a form must bring along to act for the holder of a cookie: only pages of ours can read it.
    static func form(for cookie: Data) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("ngatu form".utf8), using: SymmetricKey(data: cookie))
        return text(Data(code))
    }

    /// Compares in a time that does not depend on where the first difference is.
    static func areEqual(_ left: Data, _ right: Data) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
