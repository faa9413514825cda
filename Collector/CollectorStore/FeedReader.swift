import CollectorDomain
import EventModel
import Foundation
import GRDB

/// Reads records back in the store's order, as pages and streams show them.
struct FeedReader {
    let db: Database
    let scope: SiteScope

    /// Records after a place, oldest first.
    func items(after cursor: StoreCursor, limit: Int = .max) throws -> [FeedItem] {
        guard !isEmptyScope else { return [] }
        var items: [FeedItem] = []
        for table in StoredRow.Table.allCases {
            let sql = "\(Self.select(table)) WHERE r.cursor > ? \(condition) ORDER BY r.cursor LIMIT ?"
            items += try fetch(sql, table, [cursor] + siteArguments + [limit])
        }
        return Array(items.sorted { $0.cursor < $1.cursor }.prefix(limit))
    }

    /// Records of one table before a place, newest first; of one camera, or of all.
    func newest(
        _ table: StoredRow.Table, camera: Int64?, before cursor: StoreCursor, limit: Int
    ) throws -> [FeedItem] {
        if camera == nil, scope == .all {
            return try fetch(
                "\(Self.select(table)) WHERE r.cursor < ? ORDER BY r.cursor DESC LIMIT ?", table, [cursor, limit])
        }
        // The newest of each camera, through its index; then the newest of these: bounded however rare a camera is.
        var cursors: [Int64] = []
        for camera in try cameras(camera) {
            cursors += try Int64.fetchAll(
                db.cachedStatement(
                    sql:
                        "SELECT cursor FROM \(table.rawValue) WHERE camera = ? AND cursor < ? ORDER BY cursor DESC LIMIT ?"
                ),
                arguments: [camera, cursor, limit])
        }
        let chosen = cursors.sorted(by: >).prefix(limit)
        let list = chosen.map(String.init).joined(separator: ",")
        return try fetch("\(Self.select(table)) WHERE r.cursor IN (\(list)) ORDER BY r.cursor DESC", table, [])
    }

    private func cameras(_ camera: Int64?) throws -> [Int64] {
        guard !isEmptyScope else { return [] }
        let sql = "SELECT c.id FROM camera c JOIN agent a ON a.id = c.agent WHERE ifnull(? = c.id, 1) \(condition)"
        return try Int64.fetchAll(db, sql: sql, arguments: [camera] + siteArguments)
    }

    private var isEmptyScope: Bool { scope == .sites([]) }

    /// `AND a.site IN (…)`, or nothing.
    private var condition: String {
        guard case .sites(let sites) = scope else { return "" }
        return "AND a.site IN (\(Array(repeating: "?", count: sites.count).joined(separator: ",")))"
    }

    private var siteArguments: StatementArguments {
        guard case .sites(let sites) = scope else { return [] }
        return StatementArguments(sites.sorted())
    }

    private func fetch(_ sql: String, _ table: StoredRow.Table, _ arguments: StatementArguments) throws -> [FeedItem] {
        try Row.fetchAll(db, sql: sql, arguments: arguments).map { try FeedItem(row: $0, table: table) }
    }

    // CROSS JOIN keeps SQLite from beginning with a small table: the order of the cursor must lead.
    private static func select(_ table: StoredRow.Table) -> String {
        let extra =
            switch table {
            case .passage: ", l.name AS lineName"
            case .alert: ", k.problem AS filmProblem, f.sha256 AS filmHash, f.presentMicros AS filmPresentMicros"
            case .report: ""
            }
        return """
            SELECT r.*, h.epoch, a.id AS agent, a.site, c.name AS cameraName, e.sha256, e.presentMicros\(extra)
            FROM \(table.rawValue) r CROSS JOIN chain h ON h.id = r.chain CROSS JOIN agent a ON a.id = h.agent
            LEFT JOIN camera c ON c.id = r.camera LEFT JOIN evidence e ON e.id = r.evidence
            \(further(table))
            """
    }

    // Of the records that tell of a film the newest that has one decides; one that says "none" hides no film.
    private static func further(_ table: StoredRow.Table) -> String {
        switch table {
        case .passage: "LEFT JOIN line l ON l.id = r.line"
        case .alert:
            """
            LEFT JOIN clip k ON r.alert <> 0 AND k.cursor = (
                SELECT cursor FROM clip
                WHERE alert <> 0 AND chain = r.chain AND camera = r.camera AND alert = r.alert
                ORDER BY film IS NULL, cursor DESC LIMIT 1)
            LEFT JOIN evidence f ON f.id = k.film
            """
        case .report: ""
        }
    }
}
