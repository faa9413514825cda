import Crypto
public import Foundation

/// The secret that every request but the health check carries. Only its digest is kept in memory.
public struct APIToken: Sendable {
    private static let shortest = 32
    private let digest: SHA256.Digest

    init(_ text: String) { digest = SHA256.hash(data: Data(text.utf8)) }

    /// Reads the token of a file; makes a file of 32 random bytes, readable by its owner alone, where there is none.
    ///
    /// - Throws: ``APISetupError`` where the file cannot be read or made, or holds no token.
    public static func load(_ file: URL) throws(APISetupError) -> APIToken {
        let path = file.path
        if access(path, F_OK) != 0 { try make(path) }
        chmod(path, 0o600)  // a copy from elsewhere may be open to others; refused where it is another user's
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw APISetupError("\(path) cannot be read: give it to the agent's user")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isToken = token.utf8.count >= shortest && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isToken else {
            throw APISetupError("\(path) holds no token of at least \(shortest) characters: delete it to get a new one")
        }
        return APIToken(token)
    }

    /// Whether a text is the token; takes the same time for every text of one length.
    func matches(_ text: some StringProtocol) -> Bool { SHA256.hash(data: Data(text.utf8)) == digest }

    private static func make(_ path: String) throws(APISetupError) {
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let new = path + ".new"
        unlink(new)  // left by a run that was cut off
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make", path) }
        let line = Data(secret.hexadecimal.utf8) + Data("\n".utf8)
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let isDurable = written == line.count && fsync(descriptor) == 0
        close(descriptor)
        guard isDurable, rename(new, path) == 0 else { throw failure("write", path) }
    }

    private static func failure(_ operation: String, _ path: String) -> APISetupError {
        APISetupError("cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}

extension Data {
    /// Lower case, two digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
