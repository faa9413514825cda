import CollectorDomain
import EventModel
import Foundation
import GRDB
import SwiftProtobuf

/// Stores the records of one batch, one after the other, and at the end what was summed up over them.
struct RecordPass {
    private(set) var cursor: StoreCursor
    private(set) var inserted = 0
    private(set) var names: NameNumbers

    private let db: Database
    private let agent: Int64
    private let chain: Int64
    private let receivedMicros: Int64
    private let clockOffsetMicros: Int64
    private let insertRecord: Statement
    private let insertRow: [StoredRow.Table: Statement]
    private var tally = RollupTally()
    private var cameras: [Int64: NewestHealth] = [:]
    private var agentHealth = NewestHealth()

    init(
        agent: Int64, chain: Int64, cursor: StoreCursor, arrival: Arrival, names: NameNumbers, in db: Database
    ) throws {
        self.db = db
        self.agent = agent
        self.chain = chain
        self.cursor = cursor
        self.names = names
        receivedMicros = arrival.receivedAt.unixMicroseconds
        let sent = arrival.batch.batch.sentMicros
        // An agent that does not say when it sent has no offset that could be known.
        clockOffsetMicros = BatchRules.timeLimits.contains(sent) ? receivedMicros - sent : 0
        insertRecord = try db.cachedStatement(sql: "INSERT OR IGNORE INTO record VALUES (?, ?, ?)")
        insertRow = try Dictionary(
            uniqueKeysWithValues: StoredRow.Table.allCases.map {
                ($0, try db.cachedStatement(sql: StoredRow.insertion(into: $0)))
            })
    }

    /// Stores a record unless its number is stored.
    mutating func store(_ record: Ngatu_V1_Record) throws {
        guard let body = record.body else { return }  // refused by the rules before
        try insertRecord.execute(arguments: [chain, Int64(bitPattern: record.sequence), cursor + 1])
        guard db.changesCount == 1 else { return }
        cursor += 1
        inserted += 1
        let camera = record.camera.isEmpty ? nil : try names.camera(record.camera, of: agent, in: db)
        let evidence = try expect(record.evidence, of: record, camera: camera)
        let line = try line(of: body, camera: camera, time: record.timeMicros)
        let key = RowKey(record, cursor: cursor, chain: chain)
        let row = try StoredRow(record, body: body, key: key, camera: camera, line: line, evidence: evidence)
        try insertRow[row.table]?.execute(arguments: StatementArguments(row.values))
        if case .clip(let clip) = body, let camera {
            let told = try ClipRow(clip, key: key, camera: camera, agent: agent, in: db)
            try told.insert(in: db)
            try told.answerRequest(receivedMicros: receivedMicros, in: db)
        }
        try note(body, key: key, camera: camera)
    }

    /// Writes the roll-ups, and the newest state of cameras and agent.
    func finish() throws {
        try tally.write(to: db)
        for (camera, health) in cameras.sorted(by: { $0.key < $1.key }) {
            try db.cachedStatement(sql: "UPDATE camera SET lastRecordMicros = ? WHERE id = ?")
                .execute(arguments: [receivedMicros, camera])
            try health.write(to: "camera", id: camera, chain: chain, in: db)
        }
        try db.cachedStatement(sql: "UPDATE agent SET lastSeenMicros = ?, clockOffsetMicros = ? WHERE id = ?")
            .execute(arguments: [receivedMicros, clockOffsetMicros, agent])
        try agentHealth.write(to: "agent", id: agent, chain: chain, in: db)
    }

    private mutating func line(of body: Ngatu_V1_Record.OneOf_Body, camera: Int64?, time: Int64) throws -> Int64? {
        guard case .passage(let passage) = body, let camera else { return nil }
        let line = try names.line(passage.line, of: camera, in: db)
        tally.add(passage, camera: camera, line: line, timeMicros: time)
        return line
    }

    private mutating func note(_ body: Ngatu_V1_Record.OneOf_Body, key: RowKey, camera: Int64?) throws {
        let observed = key.timeMicros + clockOffsetMicros
        if let camera {
            var newest = cameras[camera] ?? NewestHealth()
            if case .cameraHealth(let health) = body {
                try newest.offer(health, sequence: key.sequence, observedMicros: observed)
            }
            cameras[camera] = newest
        }
        if case .agentHealth(let health) = body {
            try agentHealth.offer(health, sequence: key.sequence, observedMicros: observed)
        }
    }

    /// Writes down the files that a record names; returns the number of the first.
    private func expect(_ files: [Ngatu_V1_Evidence], of record: Ngatu_V1_Record, camera: Int64?) throws -> Int64? {
        var first: Int64?
        for (position, file) in files.enumerated() {
            let id = try expect(file, time: record.timeMicros, camera: camera)
            if position == 0 {
                first = id
            } else {
                try db.cachedStatement(sql: "INSERT INTO recordEvidence VALUES (?, ?, ?)")
                    .execute(arguments: [cursor, position, id])
            }
        }
        return first
    }

    private func expect(_ file: Ngatu_V1_Evidence, time: Int64, camera: Int64?) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO evidence
                (sha256, agent, camera, role, mediaType, byteCount, capturedMicros, firstCursor)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            file.sha256, agent, camera, file.role.rawValue, file.effectiveMediaType, Int64(file.byteCount),
            time &+ file.capturedOffsetMicros, cursor,
        ])
        if db.changesCount == 1 { return db.lastInsertedRowID }
        let known: Int64? = try db.cachedStatement(sql: "SELECT id FROM evidence WHERE sha256 = ? AND agent = ?")
            .fetchFirst([file.sha256, agent])
        guard let known else { throw StoreError(.unexpected, "evidence \(file.sha256.hexadecimalName) vanished") }
        return known
    }
}

/// The newest health report of a camera or an agent within a batch. Newest by sequence, never by a clock.
struct NewestHealth {
    private var sequence: Int64 = 0
    private var observedMicros: Int64 = 0
    private var body: Data?

    mutating func offer(_ health: some Message, sequence: Int64, observedMicros: Int64) throws {
        guard sequence > self.sequence else { return }
        self.sequence = sequence
        self.observedMicros = observedMicros
        body = try health.serializedData()
    }

    /// Replaces an older report. A later chain is newer: a new epoch begins where the old one was lost.
    func write(to table: String, id: Int64, chain: Int64, in db: Database) throws {
        guard let body else { return }
        try db.cachedStatement(
            sql: """
                UPDATE \(table) SET healthBody = ?1, healthChain = ?2, healthSequence = ?3, healthMicros = ?4
                WHERE id = ?5 AND (healthChain < ?2 OR (healthChain = ?2 AND healthSequence < ?3))
                """
        ).execute(arguments: [body, chain, sequence, observedMicros, id])
    }
}

extension Data {
    /// For messages: the first digits of a hash.
    var hexadecimalName: String { prefix(6).map { String($0, radix: 16) }.joined() }
}
