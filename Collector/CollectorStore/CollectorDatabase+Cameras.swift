public import CollectorDomain
import EventModel
public import Foundation
import GRDB
import SwiftProtobuf

extension CollectorDatabase {
    /// See ``RecordStore``.
    public func cameras(scope: SiteScope, now: Date) async throws(StoreError) -> [CameraStatus] {
        try await read("read cameras") { db in
            try Row.fetchAll(db, sql: "\(Self.cameraSelect) ORDER BY a.site, c.name, c.id")
                .filter { scope.contains($0["site"]) }
                .map { try CameraStatus(row: $0, now: now) }
        }
    }

    /// See ``RecordStore``.
    public func camera(_ id: Int64, now: Date) async throws(StoreError) -> CameraStatus? {
        try await read("read camera \(id)") { db in
            try Row.fetchOne(db, sql: "\(Self.cameraSelect) WHERE c.id = ?", arguments: [id])
                .map { try CameraStatus(row: $0, now: now) }
        }
    }

    /// See ``RecordStore``.
    public func liveCounts(scope: SiteScope, now: Date) async throws(StoreError) -> [LineCount] {
        try await liveTotals(scope: scope, now: now).counts
    }

    /// See ``RecordStore``.
    public func liveTotals(scope: SiteScope, now: Date) async throws(StoreError) -> LiveTotals {
        let micros = now.unixMicroseconds
        let thisMinute = RollupLevel.minute.bucket(of: micros)
        let today = RollupLevel.day.bucket(of: micros)
        return try await read("read counts") { db in
            let cursor = try Int64.fetchOne(db, sql: "SELECT cursor FROM storeState") ?? 0
            let counts = try Row.fetchAll(
                db,
                sql: """
                    SELECT r.camera, a.site, l.name, r.objectClass, r.direction,
                        sum(CASE WHEN r.level = 2 THEN r.count ELSE 0 END),
                        sum(CASE WHEN r.level = 0 THEN r.count ELSE 0 END)
                    FROM camera c JOIN agent a ON a.id = c.agent
                    JOIN rollup r ON r.camera = c.id AND (
                        (r.level = 2 AND r.bucket = ?1) OR (r.level = 0 AND r.bucket BETWEEN ?2 - 59 AND ?2))
                    JOIN line l ON l.id = r.line
                    GROUP BY r.camera, r.line, r.objectClass, r.direction
                    ORDER BY a.site, c.name, c.id, l.name, r.objectClass, r.direction
                    """, arguments: [today, thisMinute]
            ).filter { scope.contains($0[1]) }.map(LineCount.init(row:))
            return LiveTotals(cursor: cursor, counts: counts)
        }
    }

    /// See ``RecordStore``.
    public func series(camera: Int64, day: LocalDay, level: RollupLevel) async throws(StoreError) -> [SeriesPoint] {
        try await read("read the day of camera \(camera)") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT r.bucket, l.name, r.objectClass, r.direction, r.count FROM rollup r
                    JOIN line l ON l.id = r.line
                    WHERE r.level = ? AND r.camera = ? AND r.bucket >= ? AND r.bucket < ?
                    ORDER BY r.bucket, l.name, r.objectClass, r.direction
                    """,
                arguments: [
                    level.rawValue, camera, day.startMicroseconds / 60_000_000, day.next.startMicroseconds / 60_000_000,
                ]
            ).map(SeriesPoint.init(row:))
        }
    }

    // The newest still that has arrived: of a health report, a passage or an alert.
    private static let cameraSelect = """
        SELECT c.*, a.site, s.sha256 AS stillHash, s.capturedMicros AS stillMicros
        FROM camera c JOIN agent a ON a.id = c.agent
        LEFT JOIN evidence s ON s.id = (
            SELECT e.id FROM evidence e INDEXED BY evidencePresent
            WHERE e.camera = c.id AND e.presentMicros IS NOT NULL AND e.role = 1 ORDER BY e.id DESC LIMIT 1)
        """
}

extension CameraStatus {
    fileprivate init(row: Row, now: Date) throws {
        let name: String = row["name"]
        guard let cameraID = CameraID(rawValue: name) else { throw StoreError(.damaged, "camera name '\(name)'") }
        let body: Data? = row["healthBody"]
        let healthAt = (row["healthMicros"] as Int64?).map(Date.init(unixMicroseconds:))
        self.init(
            id: row["id"], cameraID: cameraID, agent: row["agent"], site: row["site"],
            health: try body.map { try Ngatu_V1_CameraHealth(serializedBytes: $0) }, healthAt: healthAt,
            lastRecordAt: (row["lastRecordMicros"] as Int64?).map(Date.init(unixMicroseconds:)),
            lastStill: row["stillHash"],
            lastStillAt: (row["stillMicros"] as Int64?).map(Date.init(unixMicroseconds:)),
            freshness: Freshness(lastReport: healthAt, now: now))
    }
}

extension LineCount {
    fileprivate init(row: Row) {
        self.init(
            camera: row[0], line: row[2], objectClass: ObjectClass(stored: row[3]),
            direction: CrossingDirection(stored: row[4]), today: row[5], lastHour: row[6])
    }
}

extension SeriesPoint {
    fileprivate init(row: Row) {
        self.init(
            start: Date(unixMicroseconds: (row[0] as Int64) * 60_000_000), line: row[1],
            objectClass: ObjectClass(stored: row[2]), direction: CrossingDirection(stored: row[3]), count: row[4])
    }
}
