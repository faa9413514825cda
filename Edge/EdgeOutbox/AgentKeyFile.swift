public import Crypto
import Foundation

/// The file that holds the agent's private key: 32 bytes in base64, one line, readable by its owner only.
public enum AgentKeyFile {
    /// Reads the key, or makes one where there is no file.
    ///
    /// - Throws: ``OutboxError`` of kind `badKey` or `storage`.
    public static func loadOrCreate(_ path: String) throws(OutboxError) -> Curve25519.Signing.PrivateKey {
        FileManager.default.fileExists(atPath: path) ? try load(path) : try create(path)
    }

    /// Reads the key.
    ///
    /// - Throws: ``OutboxError`` of kind `badKey`: missing, readable by group or others, or not a key.
    public static func load(_ path: String) throws(OutboxError) -> Curve25519.Signing.PrivateKey {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            throw OutboxError(.badKey, "the key file \(path) is missing: enrol this agent first")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw OutboxError(.badKey, "the key file \(path) is open to other users: chmod 600 it, or enrol again")
        }
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""  // unreadable: said below
        guard let bytes = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)  // the reason helps nobody
        else { throw OutboxError(.badKey, "the file \(path) does not hold an agent's key") }
        return key
    }

    /// Makes a key and stores it; never replaces a file.
    private static func create(_ path: String) throws(OutboxError) -> Curve25519.Signing.PrivateKey {
        let key = Curve25519.Signing.PrivateKey()
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try DurableFile.write(Data((key.rawRepresentation.base64EncodedString() + "\n").utf8), to: path)
        } catch { throw Store.storageError(error) }
        return key
    }
}
