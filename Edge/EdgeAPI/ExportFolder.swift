import Crypto
import Foundation

/// The clips that were asked for, each a file named by its SHA-256. Bounded by number, bytes and age: the oldest go first.
struct ExportFolder: Sendable {
    /// What is kept.
    struct Limits: Hashable, Sendable {
        var fileCount = 200
        var byteCount: Int64 = 4_000_000_000
        var age: TimeInterval = 7 * 86_400
        /// Free space on the disk that is left to others.
        var reserve: Int64 = 500_000_000
    }

    /// A finished clip.
    private struct Entry {
        var path: String
        var byteCount: Int64
        var modified: Date
    }

    private static let partial = ".partial"
    let folder: String
    var limits = Limits()

    /// - Throws: ``APISetupError`` where the folder cannot be made.
    init(_ folder: URL, limits: Limits = Limits()) throws(APISetupError) {
        (self.folder, self.limits) = (folder.path, limits)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw APISetupError("\(folder.path) cannot be made: give its folder to the agent's user") }
        for name in names where name.hasSuffix(Self.partial) { unlink(folder.path + "/" + name) }
    }

    /// The file of a clip; nil where there is none, or the name is none.
    func open(_ sha256: String) -> ExportedClip? {
        Self.isName(sha256) ? ExportedClip(folder + "/" + sha256 + ".mp4", sha256: sha256) : nil
    }

    /// Begins a file.
    ///
    /// - Throws: ``APIError``: larger than what is kept at all, or no room on the disk.
    func begin(byteCount: Int64, now: Date) throws -> ExportWriter {
        guard byteCount <= limits.byteCount / 2 else {
            throw APIError(
                .tooLarge,
                "the clip would have \(byteCount) bytes and at most \(limits.byteCount / 2) are kept; ask piece by piece"
            )
        }
        prune(now: now, room: byteCount)
        guard freeByteCount - byteCount >= limits.reserve else {
            throw APIError(.unavailable, "the agent's disk has no room for the clip", retryAfterSeconds: 60)
        }
        return try ExportWriter(folder, Self.partial)
    }

    /// Deletes what is too old or too much.
    ///
    /// - Parameter room: bytes of a file that is to come.
    func prune(now: Date, room: Int64 = 0) {
        var kept = entries.sorted { $0.modified > $1.modified }
        var byteCount = kept.reduce(room) { $0 + $1.byteCount }
        let mostFiles = limits.fileCount - (room > 0 ? 1 : 0)
        while let oldest = kept.last,
            kept.count > mostFiles || byteCount > limits.byteCount
                || now.timeIntervalSince(oldest.modified) > limits.age
        {
            unlink(oldest.path)  // a download that reads it goes on
            byteCount -= oldest.byteCount
            kept.removeLast()
        }
    }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }  // gone: empty

    private var entries: [Entry] {
        names.compactMap { name in
            guard name.hasSuffix(".mp4"), Self.isName(String(name.dropLast(4))) else { return nil }
            let path = folder + "/" + name
            guard let facts = try? FileManager.default.attributesOfItem(atPath: path),  // gone meanwhile
                let byteCount = facts[.size] as? NSNumber, let modified = facts[.modificationDate] as? Date
            else { return nil }
            return Entry(path: path, byteCount: byteCount.int64Value, modified: modified)
        }
    }

    private var freeByteCount: Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return 0 }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// Owns a clip that is being written; it goes away unless it is finished.
///
/// Used by one task at a time: the lock is only for the compiler's sake.
final class ExportWriter: @unchecked Sendable {
    private let folder: String
    private let path: String
    private let descriptor: Int32
    private var hash = SHA256()
    private(set) var byteCount: Int64 = 0
    private var syncedByteCount: Int64 = 0
    /// More would wait in memory for the disk, and keep the recordings of the same disk waiting with it.
    private static let mostUnsynced: Int64 = 8 << 20

    fileprivate init(_ folder: String, _ suffix: String) throws {
        self.folder = folder
        path = folder + "/" + UUID().uuidString + suffix
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("made") }
    }

    deinit {
        close(descriptor)
        unlink(path)  // absent once it is finished
    }

    func append(_ data: Data) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("written") }
            rest = rest.dropFirst(count)
        }
        hash.update(data: data)
        byteCount += Int64(data.count)
        guard byteCount - syncedByteCount >= Self.mostUnsynced else { return }
        guard fdatasync(descriptor) == 0 else { throw Self.failure("written") }
        syncedByteCount = byteCount
    }

    /// Makes the file durable under the name of its content; the same content has one file.
    func finish() throws -> String {
        guard fsync(descriptor) == 0 else { throw Self.failure("written") }
        let name = Data(hash.finalize()).hexadecimal
        guard rename(path, folder + "/" + name + ".mp4") == 0 else { throw Self.failure("kept") }
        return name
    }

    private static func failure(_ what: String) -> APIError {
        let isFull = errno == ENOSPC || errno == EDQUOT
        let why = isFull ? "the agent's disk is full" : String(cString: strerror(errno))
        return APIError(.unavailable, "the clip could not be \(what): \(why)", retryAfterSeconds: 60)
    }
}

/// Owns an open clip: it can be read to its end even when it is deleted meanwhile.
final class ExportedClip: ByteSource {
    private static let pieceByteCount = 1 << 20

    let sha256: String
    let byteCount: Int64
    private let descriptor: Int32

    fileprivate init?(_ path: String, sha256: String) {
        self.sha256 = sha256
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        byteCount = descriptor < 0 ? -1 : Int64(lseek(descriptor, 0, SEEK_END))
        guard byteCount >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func piece(at offset: Int64) throws -> Data {
        var data = Data(count: Int(clamping: min(Int64(Self.pieceByteCount), max(0, byteCount - offset))))
        let count = data.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count >= 0 else { throw APIError(.unavailable, "the clip cannot be read", retryAfterSeconds: 2) }
        return data.prefix(count)
    }
}
