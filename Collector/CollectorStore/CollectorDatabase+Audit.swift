public import CollectorDomain
import EventModel
public import Foundation
import GRDB

extension CollectorDatabase {
    /// See ``AccountStore``.
    public func loginFailures(
        login: String, address: String
    ) async throws(StoreError) -> (login: LoginFailures, address: LoginFailures) {
        let login = login.lowercased()
        return try await read("read failed log-ins") { db in
            (try Self.failures("login", login, in: db), try Self.failures("address", address, in: db))
        }
    }

    /// See ``AccountStore``.
    public func noteLoginFailure(login: String, address: String, now: Date) async throws(StoreError) {
        let login = login.lowercased()
        try await write("count a failed log-in") { db in
            // Names that strangers make up must not fill the disk.
            let forgotten = now.addingTimeInterval(-Double(LoginThrottle.memory.components.seconds))
            try db.execute(
                sql: "DELETE FROM loginFailure WHERE lastMicros < ?", arguments: [forgotten.unixMicroseconds])
            for (kind, name) in [("login", login), ("address", address)] {
                let next = LoginThrottle.failed(try Self.failures(kind, name, in: db), now: now)
                try db.execute(
                    sql: "INSERT OR REPLACE INTO loginFailure VALUES (?, ?, ?, ?)",
                    arguments: [kind, String(name.prefix(128)), next.count, now.unixMicroseconds])
            }
        }
    }

    /// See ``AccountStore``.
    public func clearLoginFailures(login: String) async throws(StoreError) {
        let login = login.lowercased()
        try await write("forget failed log-ins") { db in
            try db.execute(sql: "DELETE FROM loginFailure WHERE kind = 'login' AND name = ?", arguments: [login])
        }
    }

    private static func failures(_ kind: String, _ name: String, in db: Database) throws -> LoginFailures {
        let row = try Row.fetchOne(
            db, sql: "SELECT count, lastMicros FROM loginFailure WHERE kind = ? AND name = ?",
            arguments: [kind, String(name.prefix(128))])
        return row.map { LoginFailures(count: $0[0], lastAt: Date(unixMicroseconds: $0[1])) } ?? LoginFailures()
    }

    /// See ``AccountStore``.
    public func audit(_ entry: AuditEntry) async throws(StoreError) {
        try await write("write the audit") { db in
            try db.execute(
                sql: """
                    INSERT INTO audit (atMicros, user, address, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    entry.at.unixMicroseconds, entry.user, entry.address, entry.action.rawValue, entry.subject,
                    entry.detail,
                ])
        }
    }

    /// See ``AccountStore``.
    public func auditEntries(before id: Int64?, limit: Int) async throws(StoreError) -> [AuditRow] {
        try await read("read the audit") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?", arguments: [id ?? .max, limit]
            ).map { try AuditRow(row: $0) }
        }
    }
}

extension AuditRow {
    fileprivate init(row: Row) throws {
        let name: String = row["action"]
        guard let action = AuditEntry.Action(rawValue: name) else {
            throw StoreError(.damaged, "audit row \(row["id"] as Int64) has action '\(name)'")
        }
        self.init(
            id: row["id"],
            entry: AuditEntry(
                at: Date(unixMicroseconds: row["atMicros"]), user: row["user"], address: row["address"], action: action,
                subject: row["subject"], detail: row["detail"]))
    }
}
