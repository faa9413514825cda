public import CollectorDomain
import EventModel
public import Foundation
import GRDB

extension CollectorDatabase {
    /// See ``ClipStore``.
    public func askForClip(_ wish: ClipWish, rules: ClipRules, now: Date) async throws(StoreError) -> ClipAnswer {
        try await write("ask for a film") { db in
            let isRevoked = try Bool.fetchOne(
                db,
                sql: "SELECT a.revokedMicros IS NOT NULL FROM camera c JOIN agent a ON a.id = c.agent WHERE c.id = ?",
                arguments: [wish.camera])
            guard let isRevoked else { throw StoreError(.notFound, "there is no camera \(wish.camera)") }
            if isRevoked { return .refused(.revoked) }
            let load = try Self.load(of: wish, now: now, in: db)
            if let complaint = rules.complaint(about: wish, load: load, now: now) { return .refused(complaint) }
            return .asked(try Self.insert(wish, now: now, in: db))
        }
    }

    private static func load(of wish: ClipWish, now: Date, in db: Database) throws -> ClipLoad {
        let inDay = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM clipRequest WHERE user = ? AND askedMicros > ?",
            arguments: [wish.user, now.unixMicroseconds - 86_400_000_000])
        return ClipLoad(
            ofCamera: try onTheirWay("q.camera = ?", wish.camera, now: now, in: db),
            ofPerson: try onTheirWay("q.user = ?", wish.user, now: now, in: db), ofPersonInDay: inDay ?? 0)
    }

    /// See ``ClipLoad``.
    private static func onTheirWay(_ condition: String, _ value: Int64, now: Date, in db: Database) throws -> Int {
        let sql = """
            SELECT count(*) FROM clipRequest q
            LEFT JOIN clip k ON k.cursor = q.clip LEFT JOIN evidence f ON f.id = k.film
            WHERE \(condition) AND (
                q.stage IN (\(Stage.asked.rawValue), \(Stage.handed.rawValue)) AND q.askedMicros > ?
                OR q.stage = \(Stage.delivered.rawValue) AND f.presentMicros IS NULL AND q.changedMicros > ?
                OR q.stage = \(Stage.cancelled.rawValue) AND q.run <> '' AND q.changedMicros > ?)
            """
        let spans = [ClipRequest.lifetime, ClipRequest.uploadPatience, ClipRequest.cancelledSpan]
        let starts = spans.map { start(of: $0, now: now) }
        return try Int.fetchOne(db, sql: sql, arguments: StatementArguments([value] + starts)) ?? 0
    }

    private typealias Stage = ClipRequest.Stage

    private static func start(of span: Duration, now: Date) -> Int64 {
        now.unixMicroseconds - span.components.seconds * 1_000_000
    }

    private static func insert(_ wish: ClipWish, now: Date, in db: Database) throws -> ClipRequest {
        let id = UUID()
        try db.execute(
            sql: """
                INSERT INTO clipRequest
                (id, camera, fromMicros, toMicros, user, askedMicros, stage, changedMicros, run, problem)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, '', '')
                """,
            arguments: [
                ClipRequest.stored(id), wish.camera, wish.from.unixMicroseconds, wish.to.unixMicroseconds, wish.user,
                now.unixMicroseconds, ClipRequest.Stage.asked.rawValue,
            ])
        guard let stored = try ClipRequest.find(id, in: db) else {
            throw StoreError(.notFound, "there is no user \(wish.user)")
        }
        return stored
    }

    /// See ``ClipStore``.
    public func clipRequest(_ id: UUID) async throws(StoreError) -> ClipRequest? {
        try await read("find a film request") { db in try ClipRequest.find(id, in: db) }
    }

    /// See ``ClipStore``.
    public func cancelClip(_ id: UUID, now: Date) async throws(StoreError) -> Bool {
        try await write("cancel a film request") { db in
            guard var request = try ClipRequest.find(id, in: db) else {
                throw StoreError(.notFound, "there is no film request \(id)")
            }
            guard request.cancel(now: now) else { return false }
            try request.save(in: db)
            return true
        }
    }

    /// See ``ClipStore``.
    public func handOutClips(
        agent: Int64, run: String, limit: Int, now: Date
    ) async throws(StoreError) -> [ClipRequest] {
        let due = try await read("look for wanted films") { db in
            try Self.due(agent, run, limit, now, in: db)
        }
        // Agents ask all the time, mostly for nothing: only what is found costs a write.
        guard !due.isEmpty else { return [] }
        return try await write("hand out wanted films") { db in
            try Self.due(agent, run, limit, now, in: db).map { request in
                var request = request
                request.hand(to: run, now: now)
                try request.save(in: db)
                return request
            }
        }
    }

    private static func due(
        _ agent: Int64, _ run: String, _ limit: Int, _ now: Date, in db: Database
    ) throws -> [ClipRequest] {
        let sql = """
            \(ClipRequest.select) WHERE c.agent = ? AND q.stage < 2 AND q.askedMicros > ?
            ORDER BY q.askedMicros, q.id
            """
        let waiting = try Row.fetchAll(db, sql: sql, arguments: [agent, start(of: ClipRequest.lifetime, now: now)])
            .map(ClipRequest.init(row:))
        return Array(waiting.filter { $0.isDue(for: run, now: now) }.prefix(limit))
    }

    /// See ``ClipStore``.
    public func clips(camera: Int64, limit: Int) async throws(StoreError) -> [RequestedClip] {
        var clips = try await read("read films of camera \(camera)") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT q.*, f.sha256, f.mediaType, f.byteCount, f.presentMicros, p.sha256 AS posterHash FROM (
                        \(ClipRequest.select) WHERE q.camera = ? ORDER BY q.askedMicros DESC, q.id LIMIT ?) q
                    LEFT JOIN clip k ON k.cursor = q.clip LEFT JOIN evidence f ON f.id = k.film
                    LEFT JOIN evidence p ON p.id = (
                        SELECT e.id FROM recordEvidence r JOIN evidence e ON e.id = r.evidence
                        WHERE r.cursor = q.clip AND e.role = 1 AND e.presentMicros IS NOT NULL
                        ORDER BY r.position LIMIT 1)
                    ORDER BY q.askedMicros DESC, q.id
                    """, arguments: [camera, limit]
            ).map(RequestedClip.init(row:))
        }
        for index in clips.indices {
            guard let film = clips[index].film, !film.isPresent else { continue }
            clips[index].film?.storedBytes = evidenceFiles.partialByteCount(film.sha256)
        }
        return clips
    }
}

extension RequestedClip {
    fileprivate init(row: Row) throws {
        var film: ClipFilm?
        if let sha256: Data = row["sha256"] {
            let isPresent = (row["presentMicros"] as Int64?) != nil
            let byteCount: Int64 = row["byteCount"]
            film = ClipFilm(
                sha256: sha256, mediaType: row["mediaType"], byteCount: byteCount,
                storedBytes: isPresent ? byteCount : 0, isPresent: isPresent)
        }
        self.init(request: try ClipRequest(row: row), film: film, poster: row["posterHash"])
    }
}
