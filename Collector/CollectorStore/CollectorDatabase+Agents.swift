import BatchCodec
public import CollectorDomain
import Crypto
import EventModel
public import Foundation
import GRDB
import SwiftProtobuf
import Synchronization

extension CollectorDatabase {
    /// See ``AccountStore``.
    public func agents(scope: SiteScope, now: Date) async throws(StoreError) -> [AgentStatus] {
        try await read("read agents") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM agent ORDER BY site, name, id")
                .filter { scope.contains($0["site"]) }
                .map { try AgentStatus(row: $0, now: now) }
        }
    }

    /// See ``AccountStore``.
    public func deliveries(scope: SiteScope) async throws(StoreError) -> [AgentDelivery] {
        try await read("read what has arrived") { db in
            let chains = try Row.fetchAll(
                db,
                sql: """
                    SELECT c.id, c.agent, c.epoch, c.headNumber, a.site FROM chain c JOIN agent a ON a.id = c.agent
                    ORDER BY c.agent, c.id DESC
                    """)
            return try chains.filter { scope.contains($0["site"]) }.map { chain in
                let ranges = try Row.fetchAll(
                    db.cachedStatement(sql: "SELECT first, last FROM chainRange WHERE chain = ? ORDER BY first"),
                    arguments: [chain["id"] as Int64])
                return AgentDelivery(
                    agent: chain["agent"], epoch: chain["epoch"], batches: chain["headNumber"],
                    covered: SequenceRanges(ranges.map { ($0[0] as Int64)...($0[1] as Int64) }))
            }
        }
    }

    /// See ``AccountStore``.
    public func agent(keyHash: Data) async throws(StoreError) -> Agent? {
        try await read("find an agent") { db in
            try Row.fetchOne(db, sql: "SELECT * FROM agent WHERE keyHash = ?", arguments: [keyHash]).map(
                Agent.init(row:))
        }
    }

    /// See ``AccountStore``.
    public func agent(_ id: Int64) async throws(StoreError) -> Agent? {
        try await read("find agent \(id)") { db in
            try Row.fetchOne(db, sql: "SELECT * FROM agent WHERE id = ?", arguments: [id]).map(Agent.init(row:))
        }
    }

    /// See ``AccountStore``.
    public func revokeAgent(_ id: Int64, now: Date) async throws(StoreError) {
        let keyHash = try await write("revoke agent \(id)") { db in
            try db.execute(
                sql: "UPDATE agent SET revokedMicros = ifnull(revokedMicros, ?) WHERE id = ?",
                arguments: [now.unixMicroseconds, id])
            guard let keyHash = try Data.fetchOne(db, sql: "SELECT keyHash FROM agent WHERE id = ?", arguments: [id])
            else { throw StoreError(.notFound, "there is no agent \(id)") }
            return keyHash
        }
        keys.withLock { $0[keyHash] = nil }
    }

    /// See ``AccountStore``.
    public func sites() async throws(StoreError) -> [String] {
        try await read("read sites") { db in
            try String.fetchAll(
                db,
                sql: "SELECT site FROM agent UNION SELECT site FROM enrolmentCode WHERE usedMicros IS NULL ORDER BY 1")
        }
    }

    /// See ``AccountStore``.
    public func createEnrolmentCode(
        site: String, user: Int64?, now: Date
    ) async throws(StoreError) -> NewEnrolmentCode {
        guard !site.isEmpty, site.utf8.count <= 64 else { throw StoreError(.refused, "a site has 1 to 64 bytes") }
        var generator = SystemRandomNumberGenerator()
        let code = EnrolmentCode.make(using: &generator)
        try await write("store an enrolment code") { db in
            try db.execute(
                sql: "INSERT INTO enrolmentCode (codeHash, site, createdMicros, createdBy) VALUES (?, ?, ?, ?)",
                arguments: [Self.codeHash(code), site, now.unixMicroseconds, user])
        }
        let lifetime = TimeInterval(EnrolmentCode.lifetime.components.seconds)
        return NewEnrolmentCode(code: code, site: site, expiresAt: now.addingTimeInterval(lifetime))
    }

    /// See ``AccountStore``.
    public func enrolmentCodes(limit: Int) async throws(StoreError) -> [EnrolmentCodeRow] {
        try await read("read enrolment codes") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM enrolmentCode ORDER BY id DESC LIMIT ?", arguments: [limit])
                .map(EnrolmentCodeRow.init(row:))
        }
    }

    /// See ``AccountStore``.
    public func enrol(code: String, publicKey: Data, name: String, now: Date) async throws(StoreError) -> Agent {
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {  // the reason is this one
            throw StoreError(.refused, "the public key is no Ed25519 key of 32 bytes")
        }
        let enrolment = Enrolment(
            codeHash: Self.codeHash(code), publicKey: publicKey, name: String(name.prefix(64)), now: now)
        let agent = try await write("enrol an agent") { db in try enrolment.run(in: db) }
        keys.withLock { $0[enrolment.keyHash] = publicKey }
        return agent
    }

    private static func codeHash(_ code: String) -> Data {
        Data(SHA256.hash(data: Data("ngatu.code\0\(EnrolmentCode.normalized(code))".utf8)))
    }
}

/// Uses a code for a key, within one transaction.
private struct Enrolment {
    var codeHash: Data
    var publicKey: Data
    var name: String
    var now: Date

    var keyHash: Data { Data(SHA256.hash(data: publicKey)) }

    func run(in db: Database) throws -> Agent {
        let found = try Row.fetchOne(db, sql: "SELECT * FROM enrolmentCode WHERE codeHash = ?", arguments: [codeHash])
        guard let found else { throw StoreError(.refused, "the enrolment code is not known") }
        let code = EnrolmentCodeRow(row: found)
        let known = try Row.fetchOne(db, sql: "SELECT * FROM agent WHERE keyHash = ?", arguments: [keyHash])
            .map(Agent.init(row:))
        if let known, !known.isEnrolled { throw StoreError(.refused, "the key of agent \(known.id) was revoked") }
        if let known, code.agent == known.id { return known }  // the answer was lost on the way
        let state = EnrolmentCode.state(createdAt: code.createdAt, usedAt: code.usedAt, now: now)
        guard state == .open else { throw StoreError(.refused, "enrolment code \(code.id) is \(state.rawValue)") }
        let id = try store(known: known?.id, site: code.site, in: db)
        try db.execute(
            sql: "UPDATE enrolmentCode SET usedMicros = ?, agent = ? WHERE id = ?",
            arguments: [now.unixMicroseconds, id, code.id])
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM agent WHERE id = ?", arguments: [id]) else {
            throw StoreError(.unexpected, "agent \(id) vanished")
        }
        return Agent(row: row)
    }

    /// A known key moves to the site of the new code.
    private func store(known: Int64?, site: String, in db: Database) throws -> Int64 {
        if let known {
            try db.execute(sql: "UPDATE agent SET name = ?, site = ? WHERE id = ?", arguments: [name, site, known])
            return known
        }
        try db.execute(
            sql: "INSERT INTO agent (keyHash, publicKey, name, site, enrolledMicros) VALUES (?, ?, ?, ?, ?)",
            arguments: [keyHash, publicKey, name, site, now.unixMicroseconds])
        return db.lastInsertedRowID
    }
}

extension Agent {
    fileprivate init(row: Row) {
        self.init(
            id: row["id"], name: row["name"], site: row["site"], keyHex: (row["keyHash"] as Data).hexadecimal,
            enrolledAt: Date(unixMicroseconds: row["enrolledMicros"]),
            revokedAt: (row["revokedMicros"] as Int64?).map(Date.init(unixMicroseconds:)),
            lastSeenAt: (row["lastSeenMicros"] as Int64?).map(Date.init(unixMicroseconds:)),
            clockOffset: (row["clockOffsetMicros"] as Int64?).map { .microseconds($0) })
    }
}

extension AgentStatus {
    fileprivate init(row: Row, now: Date) throws {
        let agent = Agent(row: row)
        let body: Data? = row["healthBody"]
        let health = try body.map { AgentReport(try Ngatu_V1_AgentHealth(serializedBytes: $0)) }
        self.init(agent: agent, health: health, freshness: Freshness(lastReport: agent.lastSeenAt, now: now))
    }
}

extension AgentReport {
    fileprivate init(_ health: Ngatu_V1_AgentHealth) {
        self.init(
            version: health.version, uptime: .seconds(Int64(clamping: health.uptimeSeconds)),
            outboxRecords: health.outboxRecords, outboxBytes: health.outboxBytes, evidenceFiles: health.evidenceFiles,
            diskFreeBytes: health.diskFreeBytes, residentBytes: health.residentBytes,
            processorPercent: Double(health.cpuPercentTenths) / 10, problems: health.problems)
    }
}

extension EnrolmentCodeRow {
    fileprivate init(row: Row) {
        self.init(
            id: row["id"], site: row["site"], createdAt: Date(unixMicroseconds: row["createdMicros"]),
            usedAt: (row["usedMicros"] as Int64?).map(Date.init(unixMicroseconds:)), agent: row["agent"])
    }
}
