import GRDB

extension StoreCheck {
    /// Whether every column holds what the schema declares.
    ///
    /// SQLite lets any column hold any type. The parts that read rows rely on the declared ones, and so they run only
    /// where this is true.
    mutating func checkTypes() throws -> Bool {
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY name
                """)
        var isSound = true
        for table in tables {
            for column in try db.columns(in: table) {
                let count = try Int.fetchOne(db, sql: Self.strangers(table, column)) ?? 0
                guard count > 0 else { continue }
                isSound = false
                report.add(
                    "table \(table)", "\(count) rows hold something else than \(column.type) in column \(column.name)",
                    advice: Self.restore)
            }
        }
        return isSound
    }

    /// Counts the rows of a column that are of another type. The types of the schema are INTEGER, TEXT and BLOB.
    private static func strangers(_ table: String, _ column: ColumnInfo) -> String {
        let name = column.name.quotedDatabaseIdentifier
        let expected = column.isNotNull ? "('\(column.type.lowercased())')" : "('\(column.type.lowercased())', 'null')"
        return "SELECT count(*) FROM \(table.quotedDatabaseIdentifier) WHERE typeof(\(name)) NOT IN \(expected)"
    }
}
