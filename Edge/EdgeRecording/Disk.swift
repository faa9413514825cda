import Foundation

/// The calls by which recordings reach the disk; tests make them fail.
struct Disk: Sendable {
    /// As `pwrite(2)`.
    var write: @Sendable (Int32, UnsafeRawBufferPointer, off_t) -> Int
    /// As `fdatasync(2)`.
    var sync: @Sendable (Int32) -> Int32

    /// The real ones.
    static let system = Disk(
        write: { file, bytes, offset in pwrite(file, bytes.baseAddress, bytes.count, offset) },
        sync: { file in fdatasync(file) })

    /// Makes names in a folder survive a power cut.
    static func syncFolder(_ path: String) throws(RecordingError) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system("open", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .system("fsync", path) }
    }

    /// Makes a folder and those above it, each durable and its owner's alone.
    static func makeFolder(_ path: String) throws(RecordingError) {
        guard mkdir(path, 0o700) != 0 else { return try syncFolder((path as NSString).deletingLastPathComponent) }
        switch errno {
        case EEXIST: return
        case ENOENT:
            try makeFolder((path as NSString).deletingLastPathComponent)
            try makeFolder(path)
        default: throw .system("mkdir", path)
        }
    }

    /// Makes an empty file that its owner alone can read, or takes others' rights from the one that is there.
    static func makePrivate(_ path: String) throws(RecordingError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno != EEXIST {
            throw .system("open", path)
        } else {
            chmod(path, 0o600)  // refused where the file is another user's: recording goes on all the same
        }
    }

    /// Room for unprivileged writers, and the size of the file system, in bytes.
    static func space(_ path: String) throws(RecordingError) -> (free: Int64, total: Int64) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw .system("statvfs", path) }
        return (
            Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize)),
            Int64(clamping: UInt64(status.f_blocks) &* UInt64(status.f_frsize))
        )
    }
}

/// Owns one recorded file that is being written. What is not whole is cut off again. One thread.
final class SegmentFile {
    let path: String
    private let disk: Disk
    private let file: Int32
    /// Bytes that are written and synced.
    private(set) var byteCount: Int64 = 0

    /// Makes a new file; its name is durable with the first ``append(_:)``.
    init(path: String, disk: Disk) throws(RecordingError) {
        self.path = path
        self.disk = disk
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("open", path) }
    }

    deinit { close(file) }

    /// Writes and syncs; a failure leaves the file as it was.
    func append(_ chunks: [Data]) throws(RecordingError) {
        try checkOwnership()
        var end = byteCount
        do throws(RecordingError) {
            for chunk in chunks { try write(chunk, at: &end) }
            guard disk.sync(file) == 0 else { throw .system("fdatasync", path) }
        } catch {
            ftruncate(file, off_t(byteCount))  // should it fail too, the repair at the next start cuts the rest off
            throw error
        }
        if byteCount == 0 { try Disk.syncFolder((path as NSString).deletingLastPathComponent) }
        byteCount = end
    }

    /// Takes the file away again: for one that holds no picture.
    func remove() { unlink(path) }

    private func write(_ chunk: Data, at end: inout Int64) throws(RecordingError) {
        var rest = chunk[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { disk.write(file, $0, off_t(end)) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path, count == 0 ? ENOSPC : errno) }
            end += Int64(count)
            rest = rest.dropFirst(count)
        }
    }

    /// Somebody may delete or cut recordings while they are made.
    private func checkOwnership() throws(RecordingError) {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .system("fstat", path) }
        guard status.st_nlink > 0 else { throw RecordingError(.damaged, "\(path) was deleted while it was recorded") }
        guard status.st_size == byteCount else {
            throw RecordingError(
                .damaged, "\(path) was changed while it was recorded: \(status.st_size) bytes, not \(byteCount)")
        }
    }
}
