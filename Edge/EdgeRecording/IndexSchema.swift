import EventModel
import Foundation
import GRDB

/// The tables of `index.sqlite`. Times are microseconds since 1970 UTC; stream times are nanoseconds.
enum IndexSchema {
    static let version = 1

    static func prepare(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= version else {
            throw RecordingError(
                .storage, "the recordings' index was made by a newer agent (version \(found)): run that")
        }
        guard found == 0 else { return }
        try db.execute(
            sql: """
                CREATE TABLE segment (
                    id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, camera TEXT NOT NULL, session INTEGER NOT NULL,
                    origin INTEGER NOT NULL, beginTime INTEGER NOT NULL, endTime INTEGER NOT NULL,
                    byteCount INTEGER NOT NULL, class INTEGER NOT NULL, isOpen INTEGER NOT NULL,
                    headerByteCount INTEGER NOT NULL, contentOffset INTEGER NOT NULL,
                    -- 25 bytes a part: see PartList.
                    parts BLOB NOT NULL);
                CREATE INDEX segmentTime ON segment (camera, endTime, beginTime);
                -- All that retention asks for, so that it reads no parts: it looks at every file.
                CREATE INDEX segmentSummary ON segment (
                    beginTime, file, camera, session, endTime, byteCount, class, isOpen);
                -- Clips that wait for their end, or for somebody to take them.
                CREATE TABLE pendingClip (event TEXT PRIMARY KEY, body BLOB NOT NULL);
                PRAGMA user_version = \(version);
                """)
    }

    static let summaries = """
        SELECT file, camera, session, beginTime, endTime, byteCount, class, isOpen FROM segment
        ORDER BY beginTime, file
        """

    static let cameraSummaries = """
        SELECT file, camera, session, beginTime, endTime, byteCount, class, isOpen FROM segment
        WHERE camera = ? AND endTime > ? AND beginTime < ? ORDER BY beginTime, file
        """

    static let extents = """
        SELECT camera, min(beginTime) AS beginTime, max(endTime) AS endTime, sum(byteCount) AS byteCount FROM segment
        GROUP BY camera
        """

    /// Stores a segment; the class of one that is there already stays.
    static func save(_ segment: RecordedSegment, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO segment (file, camera, session, origin, beginTime, endTime, byteCount, class, isOpen,
                    headerByteCount, contentOffset, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (file) DO UPDATE SET beginTime = excluded.beginTime, endTime = excluded.endTime,
                    byteCount = excluded.byteCount, isOpen = excluded.isOpen, contentOffset = excluded.contentOffset,
                    parts = excluded.parts
                """
        ).execute(arguments: [
            segment.file, segment.note.camera.rawValue, segment.note.session, segment.note.origin, segment.begin,
            segment.end, segment.byteCount, segment.recordingClass.rawValue, segment.isOpen, segment.headerByteCount,
            segment.contentOffset, PartList.encode(segment.parts),
        ])
    }

    /// Reads a row of `SELECT * FROM segment`; nil for a broken one.
    static func segment(_ row: Row) -> RecordedSegment? {
        guard let camera = CameraID(rawValue: row["camera"]) else { return nil }
        let note = SegmentNote(camera: camera, session: row["session"], origin: row["origin"])
        var segment = RecordedSegment(file: row["file"], note: note, headerByteCount: row["headerByteCount"])
        segment.parts = PartList.decode(row["parts"], contentOffset: row["contentOffset"])
        segment.recordingClass = RecordingClass(rawValue: row["class"]) ?? .locked
        segment.isOpen = row["isOpen"]
        return segment
    }

    /// Reads a row of ``summaries``.
    static func summary(_ row: Row) -> SegmentSummary? {
        guard let camera = CameraID(rawValue: row["camera"]) else { return nil }
        return SegmentSummary(
            file: row["file"], camera: camera, session: row["session"],
            begin: Date(unixMicroseconds: row["beginTime"]), end: Date(unixMicroseconds: row["endTime"]),
            byteCount: row["byteCount"], recordingClass: RecordingClass(rawValue: row["class"]) ?? .locked,
            isOpen: row["isOpen"])
    }
}
