import BatchCodec
import CollectorDomain
import Crypto
import Foundation
import Synchronization

/// The folder of evidence files: `ab/cd/<sha256>` when whole, `ab/cd/<sha256>.part` until then.
final class EvidenceFiles: Sendable {
    let directory: URL
    private let queue = DispatchQueue(label: "ngatu.collector.evidence")

    init(directory: URL) { self.directory = directory }

    /// Runs file work off the cooperative pool, one piece after the other.
    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Where a whole file lies.
    func file(_ sha256: Data) -> URL {
        let name = sha256.hexadecimal
        return directory.appendingPathComponent(String(name.prefix(2)), isDirectory: true)
            .appendingPathComponent(String(name.dropFirst(2).prefix(2)), isDirectory: true)
            .appendingPathComponent(name)
    }

    private func partial(_ sha256: Data) -> URL { file(sha256).appendingPathExtension("part") }

    /// Bytes of a whole file; nil when it is not here.
    func byteCount(_ sha256: Data) -> Int64? { Self.size(file(sha256)) }

    /// Bytes of a partial file.
    func partialByteCount(_ sha256: Data) -> Int64 { Self.size(partial(sha256)) ?? 0 }

    /// Appends bytes and makes them durable. The caller has checked where the partial file ends.
    func append(_ chunk: Data, to sha256: Data) throws {
        let url = partial(sha256)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw FileError("open", url.path) }
        defer { close(descriptor) }
        let before = lseek(descriptor, 0, SEEK_END)
        do {
            try Self.writeAll(chunk, to: descriptor, path: url.path)
            guard fsync(descriptor) == 0 else { throw FileError("fsync", url.path) }
        } catch {
            // What was written of a failed chunk must not count as received.
            ftruncate(descriptor, before)
            throw error
        }
    }

    /// Checks a complete partial file and gives it its name; removes it where it is not what it claims.
    func finish(_ sha256: Data) throws {
        let part = partial(sha256)
        guard try Self.hash(part) == sha256 else {
            try FileManager.default.removeItem(at: part)
            throw StoreError(.mismatch, "evidence \(sha256.hexadecimal): the bytes have another SHA-256")
        }
        guard rename(part.path, file(sha256).path) == 0 else { throw FileError("rename", part.path) }
        try syncFolders(of: part)
    }

    /// Makes the name of a file durable, and those of the folders above it. Always all of them: that a folder is here
    /// does not say that its name was safe before the power failed. Only a finished file needs it; a partial one that
    /// is lost is uploaded again.
    private func syncFolders(of file: URL) throws {
        let folder = file.deletingLastPathComponent()
        try Self.syncDirectory(folder)
        try Self.syncDirectory(folder.deletingLastPathComponent())
        try Self.syncDirectory(directory)
    }

    /// Every file below the folder.
    func all() -> [URL] {
        let found = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey])
        return (found?.allObjects as? [URL] ?? []).filter {
            (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true  // gone meanwhile: not a file
        }
    }

    /// SHA-256 of a file, read in pieces.
    static func hash(_ url: URL) throws -> Data {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }  // it was only read
        var hasher = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hasher.update(data: piece) }
        return Data(hasher.finalize())
    }

    private static func size(_ url: URL) -> Int64? {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return nil }
        return Int64(status.st_size)
    }

    private static func writeAll(_ data: Data, to descriptor: Int32, path: String) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileError("write", path) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Makes the names in a folder durable.
    static func syncDirectory(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", url.path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("fsync", url.path) }
    }
}
