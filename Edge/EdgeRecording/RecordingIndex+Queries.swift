public import EventModel
public import Foundation
import GRDB

extension RecordingIndex {
    /// The recorded parts of a camera that overlap a span of time, oldest first, from the part with the key frame that the
    /// first picture needs.
    public func parts(camera: CameraID, from: Date, to: Date) throws(RecordingError) -> [RecordedPart] {
        let (from, to) = (from.unixMicroseconds, to.unixMicroseconds)
        return try segments(camera, from, to).flatMap { segment in
            let parts = segment.parts
            guard let end = parts.lastIndex(where: { $0.captured < to }),
                let first = parts.firstIndex(where: { $0.capturedEnd > from }),
                first <= end
            else { return [RecordedPart]() }
            let begin = parts[...first].lastIndex { $0.isKey } ?? first
            return Array(segment.publicParts[begin...end])
        }
    }

    /// The recorded files of a camera that overlap a span of time, oldest first.
    public func segments(camera: CameraID, from: Date, to: Date) throws(RecordingError) -> [SegmentSummary] {
        try segments(camera, from.unixMicroseconds, to.unixMicroseconds).map { segment in
            SegmentSummary(
                file: segment.file, camera: segment.note.camera, session: segment.note.session,
                begin: Date(unixMicroseconds: segment.begin), end: Date(unixMicroseconds: segment.end),
                byteCount: segment.byteCount, recordingClass: segment.recordingClass, isOpen: segment.isOpen)
        }
    }

    /// All recorded files, oldest first: what retention plans with.
    public func summaries() throws(RecordingError) -> [SegmentSummary] {
        try read { db in
            let rows = try Row.fetchAll(db, sql: IndexSchema.summaries)
            return rows.compactMap(IndexSchema.summary)
        }
    }

    /// The same without a look at their parts: for time lines over weeks.
    public func summaries(camera: CameraID, from: Date, to: Date) throws(RecordingError) -> [SegmentSummary] {
        try? flush()  // a disk that takes no more still tells what it has
        return try read { db in
            let rows = try Row.fetchAll(
                db, sql: IndexSchema.cameraSummaries,
                arguments: [camera.rawValue, from.unixMicroseconds, to.unixMicroseconds])
            return rows.compactMap(IndexSchema.summary)
        }
    }

    /// What is kept of each camera, in all.
    public func extents() throws(RecordingError) -> [CameraID: RecordedExtent] {
        try read { db in
            let rows = try Row.fetchAll(db, sql: IndexSchema.extents)
            let extents = rows.compactMap { row in
                CameraID(rawValue: row["camera"]).map { camera in
                    let begin = Date(unixMicroseconds: row["beginTime"])
                    let end = Date(unixMicroseconds: row["endTime"])
                    return (camera, RecordedExtent(begin: begin, end: end, byteCount: row["byteCount"]))
                }
            }
            return Dictionary(uniqueKeysWithValues: extents)
        }
    }

    /// Raises the class of the files that overlap a span of time; never lowers one.
    public func mark(_ recordingClass: RecordingClass, camera: CameraID, from: Date, to: Date) throws(RecordingError) {
        try flush()
        try write { db in
            try db.execute(
                sql: """
                    UPDATE segment SET class = max(class, ?) WHERE camera = ? AND endTime > ? AND beginTime < ?
                    """,
                arguments: [recordingClass.rawValue, camera.rawValue, from.unixMicroseconds, to.unixMicroseconds])
        }
    }

    /// Takes a person's lock away: the files become evidence.
    public func unlock(camera: CameraID, from: Date, to: Date) throws(RecordingError) {
        try write { db in
            try db.execute(
                sql: "UPDATE segment SET class = ? WHERE class = ? AND camera = ? AND endTime > ? AND beginTime < ?",
                arguments: [
                    RecordingClass.evidence.rawValue, RecordingClass.locked.rawValue, camera.rawValue,
                    from.unixMicroseconds, to.unixMicroseconds,
                ])
        }
    }

    /// Deletes a recorded file, then its row: on a full disk only the first makes room for the second.
    ///
    /// - Throws: ``RecordingError`` where the file cannot be deleted, or only its row; the repair takes such rows away.
    public func delete(_ file: String) throws(RecordingError) {
        let path = folder + "/" + file
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("unlink", path) }
        queue.forget(file)
        rmdir((path as NSString).deletingLastPathComponent)  // refused while the day has other files
        try write { try $0.execute(sql: "DELETE FROM segment WHERE file = ?", arguments: [file]) }
    }

    func segments(_ camera: CameraID, _ from: Int64, _ to: Int64) throws(RecordingError) -> [RecordedSegment] {
        try? flush()  // a disk that takes no more still tells what it has
        return try read { db in
            let rows = try Row.fetchAll(
                db,
                sql:
                    "SELECT * FROM segment WHERE camera = ? AND endTime > ? AND beginTime < ? ORDER BY beginTime, file",
                arguments: [camera.rawValue, from, to])
            return rows.compactMap(IndexSchema.segment)
        }
    }
}
