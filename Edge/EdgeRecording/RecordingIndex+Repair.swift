import Foundation
import GRDB

/// What a start-up repair found and did.
public struct RepairReport: Hashable, Sendable {
    /// Files with parts that the index did not know.
    public var recoveredFileCount = 0
    /// Their parts.
    public var recoveredPartCount = 0
    /// Parts that the index knew and the files have no more.
    public var lostPartCount = 0
    /// Bytes of broken parts that were cut off.
    public var truncatedByteCount: Int64 = 0
    /// Files without one whole part, deleted.
    public var emptyFileCount = 0
    /// Rows without a file, deleted.
    public var orphanRowCount = 0
    /// Files that are not ours or whose header is broken: renamed to `….damaged`, for a person to look at. And files that
    /// could not be read or put right: they and their rows stay.
    public var damagedFiles: [String] = []

    /// Nothing was wrong.
    public init() {}
}

extension RecordingIndex {
    /// Makes index and files agree, after a crash or a power cut. Call before the first recorder starts.
    ///
    /// Files that the index knows as finished and whose size is right are not read: a start looks at each file's size only.
    /// A file that cannot be read costs nothing but itself.
    ///
    /// - Throws: ``RecordingError`` where the folder cannot be listed, or the index not be read or written.
    public func repair() throws(RecordingError) -> RepairReport {
        var report = RepairReport()
        var known = try knownFiles()
        for file in try recordedFiles() {
            let row = known.removeValue(forKey: file.path)
            if let row, !row.isOpen, row.byteCount == file.byteCount { continue }
            do throws(RecordingError) {
                try repair(file.path, file.byteCount, knownPartCount: row?.partCount ?? 0, &report)
            } catch {
                report.damagedFiles.append(file.path)
                try? closeRow(file.path)  // should this fail too, the next start tries again
            }
        }
        try deleteOrphans(known.keys.sorted(), &report)
        return report
    }

    /// Deletes the rows whose files are gone for certain: a folder that cannot be read now may come back.
    private func deleteOrphans(_ files: [String], _ report: inout RepairReport) throws(RecordingError) {
        for file in files {
            guard isGone(file) else {
                report.damagedFiles.append(file)
                continue
            }
            try deleteRow(file)
            report.orphanRowCount += 1
        }
    }

    /// Makes the index agree with one file that is not written any more.
    func recheck(_ file: String) throws(RecordingError) {
        queue.forget(file)
        if isGone(file) { return try deleteRow(file) }
        var status = stat()
        guard stat(folder + "/" + file, &status) == 0 else { throw .system("stat", folder + "/" + file) }
        var report = RepairReport()
        try repair(file, Int64(status.st_size), knownPartCount: 0, &report)
    }

    private struct KnownFile {
        var byteCount: Int64
        var isOpen: Bool
        var partCount: Int
    }

    private func knownFiles() throws(RecordingError) -> [String: KnownFile] {
        try read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT file, byteCount, isOpen, length(parts) / 25 FROM segment")
            return Dictionary(
                rows.map { ($0[0], KnownFile(byteCount: $0[1], isOpen: $0[2], partCount: $0[3])) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    private func isGone(_ file: String) -> Bool {
        var status = stat()
        return stat(folder + "/" + file, &status) != 0 && errno == ENOENT
    }

    /// Paths under the folder, two folders deep, as far as they can be looked at.
    private func recordedFiles() throws(RecordingError) -> [(path: String, byteCount: Int64)] {
        var files: [(path: String, byteCount: Int64)] = []
        for camera in try names("") {
            for day in (try? names(camera)) ?? [] {  // the index itself is not a folder
                for name in (try? names(camera + "/" + day)) ?? [] where name.hasSuffix(".mp4") {
                    let path = camera + "/" + day + "/" + name
                    var status = stat()
                    guard stat(folder + "/" + path, &status) == 0 else { continue }
                    files.append((path, Int64(status.st_size)))
                }
            }
        }
        return files
    }

    private func names(_ path: String) throws(RecordingError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)
        } catch { throw RecordingError(.storage, "cannot list \(folder)/\(path): \(error.localizedDescription)") }
    }

    private func repair(
        _ file: String, _ byteCount: Int64, knownPartCount: Int, _ report: inout RepairReport
    ) throws(RecordingError) {
        let path = folder + "/" + file
        guard let layout = try scan(path, byteCount) else {
            try deleteRow(file)
            guard byteCount > 0, rename(path, path + ".damaged") == 0 else {
                unlink(path)
                report.emptyFileCount += 1
                return
            }
            report.damagedFiles.append(file)
            report.lostPartCount += knownPartCount
            return
        }
        guard !layout.parts.isEmpty else {
            try deleteRow(file)
            unlink(path)
            report.emptyFileCount += 1
            report.lostPartCount += knownPartCount
            return
        }
        try cut(path, byteCount, layout, &report)
        report.recoveredFileCount += layout.parts.count > knownPartCount ? 1 : 0
        report.recoveredPartCount += max(0, layout.parts.count - knownPartCount)
        report.lostPartCount += max(0, knownPartCount - layout.parts.count)
        var segment = RecordedSegment(file: file, note: layout.note, headerByteCount: layout.headerByteCount)
        (segment.parts, segment.isOpen) = (layout.parts, false)
        try write { try IndexSchema.save(segment, $0) }
    }

    private func scan(_ path: String, _ byteCount: Int64) throws(RecordingError) -> SegmentLayout? {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }  // opened for reading: nothing can be lost
            let scanner = SegmentScanner(
                read: { offset, count in
                    try file.seek(toOffset: UInt64(max(0, offset)))
                    return try file.read(upToCount: count) ?? Data()
                }, byteCount: byteCount)
            return try scanner.scan()
        } catch { throw RecordingError(.storage, "cannot read \(path): \(error.localizedDescription)") }
    }

    private func cut(
        _ path: String, _ byteCount: Int64, _ layout: SegmentLayout, _ report: inout RepairReport
    ) throws(RecordingError) {
        guard byteCount > layout.validByteCount else { return }
        guard truncate(path, off_t(layout.validByteCount)) == 0 else { throw .system("truncate", path) }
        report.truncatedByteCount += byteCount - layout.validByteCount
    }

    /// Nobody writes the file any more: retention may delete it.
    private func closeRow(_ file: String) throws(RecordingError) {
        try write { try $0.execute(sql: "UPDATE segment SET isOpen = 0 WHERE file = ?", arguments: [file]) }
    }

    private func deleteRow(_ file: String) throws(RecordingError) {
        try write { try $0.execute(sql: "DELETE FROM segment WHERE file = ?", arguments: [file]) }
    }
}
