import Foundation

/// The files of a spool.
///
///     <spool>/lock                 held by the process that uses the spool
///     <spool>/epoch                newest epoch ever used here, decimal: the next one must be greater
///     <spool>/spool.sqlite(-wal,-shm)
///     <spool>/spool.new(-journal)  a database that is not finished: worth nothing
///     <spool>/reserve              given up for a moment when dropping needs room on a full disk
///     <spool>/evidence/<sha256>    64 hexadecimal digits; `<sha256>.part` while it is written
///     <spool>/damaged-<time>/      a spool that was set aside; a person may look at it or delete it
final class SpoolDirectory {
    let path: String
    private var lock: Int32

    var database: String { path + "/spool.sqlite" }
    var evidence: String { path + "/evidence" }
    private var reserve: String { path + "/reserve" }
    private var epochFile: String { path + "/epoch" }

    init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/evidence", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw OutboxError(.storage, "cannot make the spool directory \(path): \(error.localizedDescription)")
        }
        lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw OutboxError(.storage, "cannot open \(path)/lock: \(String(cString: strerror(errno)))")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw OutboxError(.inUse, "another process uses the spool \(path)")
        }
    }

    deinit { unlock() }

    /// Lets another process use the spool.
    func unlock() {
        if lock >= 0 { close(lock) }
        lock = -1
    }

    /// The number of a new spool: the time, or one more than the last where the clock went back.
    func nextEpoch(now: Date) -> UInt64 {
        // Six random digits: two machines copied from one, with one key, may start in the same millisecond.
        let milliseconds = UInt64(min(max(0, now.timeIntervalSince1970 * 1_000), 9e12))  // the year 2255: fits Int64
        let drawn = milliseconds * 1_000_000 + UInt64.random(in: 0..<1_000_000)
        return max(drawn, (lastEpoch() ?? 0) + 1)
    }

    /// Keeps an epoch that a database holds: the next one is greater, and a database that vanishes is missed.
    func remember(epoch: UInt64) throws {
        guard epoch > lastEpoch() ?? 0 else { return }
        try DurableFile.write(Data("\(epoch)\n".utf8), to: epochFile)
    }

    /// The newest epoch used here; nil for a first spool.
    func lastEpoch() -> UInt64? {
        let text = try? String(contentsOfFile: epochFile, encoding: .utf8)  // missing: the first spool here
        return text.flatMap { UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    private static let suffixes = ["", "-wal", "-shm"]

    /// Makes a database beside its place and moves it there whole: a start that is cut off leaves none.
    func createDatabase(_ make: (_ path: String) throws -> Void) throws {
        let draft = path + "/spool.new"
        for suffix in Self.suffixes + ["-journal"] { unlink(draft + suffix) }
        try make(draft)
        guard rename(draft, database) == 0 else {
            throw OutboxError(.storage, "cannot rename \(draft): \(String(cString: strerror(errno)))")
        }
        try DurableFile.syncDirectory(path)
    }

    /// Whether there is a database, or a part of one.
    var holdsDatabaseFiles: Bool {
        Self.suffixes.contains { FileManager.default.fileExists(atPath: database + $0) }
    }

    /// Moves the database away, for a person to look at.
    func setAside(now: Date) throws {
        let stamp = now.ISO8601Format(.iso8601(timeZone: .gmt, dateSeparator: .omitted, timeSeparator: .omitted))
        var target = path + "/damaged-" + stamp
        var copy = 1
        while FileManager.default.fileExists(atPath: target) {
            copy += 1
            target = path + "/damaged-\(stamp)-\(copy)"
        }
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        for suffix in Self.suffixes where FileManager.default.fileExists(atPath: database + suffix) {
            try FileManager.default.moveItem(atPath: database + suffix, toPath: target + "/spool.sqlite" + suffix)
        }
        try DurableFile.syncDirectory(path)
    }

    /// Takes the reserve back from the file system's free space; where that fails it is tried again later.
    func fillReserve(bytes: Int) {
        guard bytes > 0, !FileManager.default.fileExists(atPath: reserve) else { return }
        let file = open(reserve, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let status = posix_fallocate(file, 0, off_t(bytes))
        close(file)
        if status != 0 { unlink(reserve) }
    }

    func releaseReserve() { unlink(reserve) }
}

/// Files that are whole or absent after a power cut.
enum DurableFile {
    /// Writes beside the target, syncs, renames, and syncs the directory.
    static func write(_ content: Data, to path: String, mode: mode_t = 0o600) throws {
        let part = path + ".part"
        let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("open", part) }
        do {
            try writeAll(content, to: file, path: part)
            guard fsync(file) == 0 else { throw failure("fsync", part) }
        } catch {
            close(file)
            unlink(part)
            throw error
        }
        guard close(file) == 0, rename(part, path) == 0 else { throw failure("rename", part) }
        try syncDirectory((path as NSString).deletingLastPathComponent)
    }

    static func syncDirectory(_ path: String) throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("open", path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("fsync", path) }
    }

    private static func writeAll(_ content: Data, to file: Int32, path: String) throws {
        try content.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Foundation.write(file, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("write", path) }
                done += count
            }
        }
    }

    private static func failure(_ operation: String, _ path: String) -> OutboxError {
        OutboxError(.storage, "\(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
