public import Crypto
import Foundation

/// The signature of a request that carries no batch: evidence upload and enrolment.
///
/// Sent as `Authorization: NgaTu <key id hex>:<signature base64>`. It covers the method, the path and the ordered fields
/// that say what the request does; evidence is content-addressed, so a replay can only repeat what already happened. It
/// does not depend on clocks: an agent whose clock is a day off must still deliver.
public enum RequestSignature {
    /// The `Authorization` header of a request.
    ///
    /// - Parameter fields: e.g. the `Content-Range`; checked in the same order.
    public static func header(
        method: String, path: String, fields: [String] = [], key: Curve25519.Signing.PrivateKey
    ) throws -> String {
        let signature = try key.signature(for: signedBytes(method: method, path: path, fields: fields))
        return "NgaTu \(KeyID(of: key.publicKey).hex):\(signature.base64EncodedString())"
    }

    /// Checks a header and answers who sent the request.
    ///
    /// - Parameter publicKey: finds the enrolled, unrevoked key of a name; nil where there is none.
    /// - Throws: ``BatchError`` of kind `malformed`, `unknownKey` or `badSignature`, or what `publicKey` throws.
    public static func verify(
        _ header: String, method: String, path: String, fields: [String] = [],
        publicKey: (KeyID) throws -> Curve25519.Signing.PublicKey?
    ) throws -> KeyID {
        let parts = header.dropFirst("NgaTu ".count).split(separator: ":", maxSplits: 1)
        guard header.hasPrefix("NgaTu "), parts.count == 2, let name = KeyID(hex: String(parts[0])),
            let signature = Data(base64Encoded: String(parts[1]))
        else { throw BatchError(.malformed, "Authorization is not 'NgaTu <key>:<signature>'") }
        guard let key = try publicKey(name) else { throw BatchError(.unknownKey, "key \(name) is not enrolled") }
        guard key.isValidSignature(signature, for: signedBytes(method: method, path: path, fields: fields)) else {
            throw BatchError(.badSignature, "the signature of key \(name) does not fit the request")
        }
        return name
    }

    private static func signedBytes(method: String, path: String, fields: [String]) -> Data {
        Data((["ngatu.v1.request", method, path] + fields).joined(separator: "\n").utf8)
    }
}
