public import CollectorDomain
import Crypto
import EventModel
public import Foundation
import GRDB

extension CollectorDatabase {
    /// See ``AccountStore``.
    public func users() async throws(StoreError) -> [User] {
        try await read("read users") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM user ORDER BY login").map { try User(row: $0, in: db) }
        }
    }

    /// See ``AccountStore``.
    public func createUser(_ user: NewUser, now: Date) async throws(StoreError) -> User {
        let login = user.login.lowercased()
        guard !login.isEmpty, login.utf8.count <= 64 else { throw StoreError(.refused, "a login has 1 to 64 bytes") }
        return try await write("make a user") { db in
            let isTaken = try Bool.fetchOne(db, sql: "SELECT 1 FROM user WHERE login = ?", arguments: [login]) ?? false
            if isTaken { throw StoreError(.refused, "the login is taken") }
            try db.execute(
                sql: """
                    INSERT INTO user (login, displayName, role, allSites, passwordHash, mustChangePassword, isDisabled,
                        createdMicros) VALUES (?, ?, ?, ?, ?, ?, 0, ?)
                    """,
                arguments: [
                    login, user.displayName, user.role.rawValue, user.scope == .all, user.passwordHash,
                    user.mustChangePassword, now.unixMicroseconds,
                ])
            let id = db.lastInsertedRowID
            if case .sites(let sites) = user.scope {
                for site in sites {
                    try db.execute(sql: "INSERT INTO userSite VALUES (?, ?)", arguments: [id, site])
                }
            }
            return User(
                id: id, login: login, displayName: user.displayName, role: user.role, scope: user.scope,
                mustChangePassword: user.mustChangePassword)
        }
    }

    /// See ``AccountStore``.
    public func credentials(login: String) async throws(StoreError) -> Credentials? {
        try await read("find a login") { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM user WHERE login = ?", arguments: [login.lowercased()])
            return try row.map { Credentials(user: try User(row: $0, in: db), passwordHash: $0["passwordHash"]) }
        }
    }

    /// See ``AccountStore``.
    public func setPassword(user: Int64, passwordHash: String, mustChange: Bool) async throws(StoreError) {
        try await change(user: user, "set a password") { db in
            try db.execute(
                sql: "UPDATE user SET passwordHash = ?, mustChangePassword = ? WHERE id = ?",
                arguments: [passwordHash, mustChange, user])
        }
    }

    /// See ``AccountStore``.
    public func setDisabled(user: Int64, _ isDisabled: Bool) async throws(StoreError) {
        try await change(user: user, "take a user out of service") { db in
            try db.execute(sql: "UPDATE user SET isDisabled = ? WHERE id = ?", arguments: [isDisabled, user])
        }
    }

    /// Changes a user, who has to log in again.
    private func change(
        user: Int64, _ work: String, _ body: @escaping @Sendable (Database) throws -> Void
    ) async throws(StoreError) {
        try await write(work) { db in
            try body(db)
            guard db.changesCount == 1 else { throw StoreError(.notFound, "there is no user \(user)") }
            try db.execute(sql: "DELETE FROM session WHERE user = ?", arguments: [user])
        }
    }

    /// See ``AccountStore``.
    public func openSession(user: Int64, token: Data, now: Date) async throws(StoreError) -> Session {
        precondition(token.count >= 16, "a session token has at least 16 random bytes")
        let oldest = now.addingTimeInterval(-Double(configuration.sessions.absolute.components.seconds))
        return try await write("begin a session") { db in
            try db.execute(sql: "DELETE FROM session WHERE createdMicros < ?", arguments: [oldest.unixMicroseconds])
            let row = try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ? AND NOT isDisabled", arguments: [user])
            guard let row else { throw StoreError(.notFound, "there is no user \(user) in service") }
            try db.execute(
                sql: "INSERT INTO session (tokenHash, user, createdMicros, lastUsedMicros) VALUES (?, ?, ?, ?)",
                arguments: [Self.tokenHash(token), user, now.unixMicroseconds, now.unixMicroseconds])
            return Session(id: db.lastInsertedRowID, user: try User(row: row, in: db), createdAt: now, lastUsedAt: now)
        }
    }

    /// See ``AccountStore``.
    public func session(token: Data, now: Date) async throws(StoreError) -> Session? {
        let found = try await read("find a session") { db in try Self.session(tokenHash: Self.tokenHash(token), in: db)
        }
        let policy = configuration.sessions
        guard var session = found, !session.user.isDisabled,
            policy.isAlive(createdAt: session.createdAt, lastUsedAt: session.lastUsedAt, now: now)
        else { return nil }
        guard policy.needsTouch(lastUsedAt: session.lastUsedAt, now: now) else { return session }
        let id = session.id
        try await write("touch a session") { db in
            try db.execute(
                sql: "UPDATE session SET lastUsedMicros = ? WHERE id = ?", arguments: [now.unixMicroseconds, id])
        }
        session.lastUsedAt = now
        return session
    }

    /// See ``AccountStore``.
    public func closeSession(token: Data) async throws(StoreError) {
        try await write("end a session") { db in
            try db.execute(sql: "DELETE FROM session WHERE tokenHash = ?", arguments: [Self.tokenHash(token)])
        }
    }

    /// See ``AccountStore``.
    public func closeSessions(user: Int64) async throws(StoreError) {
        try await write("end sessions") { db in
            try db.execute(sql: "DELETE FROM session WHERE user = ?", arguments: [user])
        }
    }

    private static func session(tokenHash: Data, in db: Database) throws -> Session? {
        let sql = """
            SELECT s.id AS sessionID, s.createdMicros AS begunMicros, s.lastUsedMicros, u.*
            FROM session s JOIN user u ON u.id = s.user WHERE s.tokenHash = ?
            """
        guard let row = try Row.fetchOne(db, sql: sql, arguments: [tokenHash]) else { return nil }
        return Session(
            id: row["sessionID"], user: try User(row: row, in: db),
            createdAt: Date(unixMicroseconds: row["begunMicros"]),
            lastUsedAt: Date(unixMicroseconds: row["lastUsedMicros"]))
    }

    private static func tokenHash(_ token: Data) -> Data { Data(SHA256.hash(data: token)) }
}

extension User {
    fileprivate init(row: Row, in db: Database) throws {
        let id: Int64 = row["id"]
        let roleName: String = row["role"]
        guard let role = Role(rawValue: roleName) else {
            throw StoreError(.damaged, "user \(id) has role '\(roleName)'")
        }
        var scope = SiteScope.all
        if !(row["allSites"] as Bool) {
            scope = .sites(try String.fetchSet(db, sql: "SELECT site FROM userSite WHERE user = ?", arguments: [id]))
        }
        self.init(
            id: id, login: row["login"], displayName: row["displayName"], role: role, scope: scope,
            isDisabled: row["isDisabled"], mustChangePassword: row["mustChangePassword"])
    }
}
