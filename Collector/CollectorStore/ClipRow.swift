import CollectorDomain
import EventModel
import Foundation
import GRDB
import SwiftProtobuf

/// What the table `clip` says of one Clip record: the alert or the request that it answers, and its film.
///
/// Written by the intake, made again by `fsck`, and by the migration for records that an older collector stored.
struct ClipRow: Hashable {
    var cursor: Int64
    var chain: Int64
    var camera: Int64
    var alert: Int64
    var request: String
    /// The number of the film's file; nil where there is none.
    var film: Int64?
    var problem: String

    /// - Parameter agent: whose record it is: its files are in the table `evidence` already.
    init(_ clip: Ngatu_V1_Clip, key: RowKey, camera: Int64, agent: Int64, in db: Database) throws {
        try self.init(clip, cursor: key.cursor, chain: key.chain, camera: camera, agent: agent, in: db)
    }

    private init(
        _ clip: Ngatu_V1_Clip, cursor: Int64, chain: Int64, camera: Int64, agent: Int64, in db: Database
    ) throws {
        self.cursor = cursor
        self.chain = chain
        self.camera = camera
        alert = Int64(bitPattern: clip.alert)
        request = clip.request
        problem = clip.problem
        film = try clip.evidence.first { $0.role == .clip }.flatMap { file in
            try db.cachedStatement(sql: "SELECT id FROM evidence WHERE sha256 = ? AND agent = ?")
                .fetchFirst([file.sha256, agent])
        }
    }

    /// Writes the row.
    func insert(in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO clip VALUES (?, ?, ?, ?, ?, ?, ?)").execute(arguments: arguments)
    }

    /// Whether the table holds exactly this.
    func isStored(in db: Database) throws -> Bool {
        let sql = """
            SELECT 1 FROM clip WHERE cursor = ? AND chain = ? AND camera = ? AND alert = ? AND request = ? AND film IS ?
                AND problem = ?
            """
        return try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) ?? false
    }

    /// Settles the request that the record answers, if it is one for this camera: an agent answers for its own alone.
    func answerRequest(receivedMicros: Int64, in db: Database) throws {
        guard let id = UUID(uuidString: request), var asked = try ClipRequest.find(id, in: db), asked.camera == camera
        else { return }
        let isNews = asked.settle(
            problem: film == nil ? problem : nil, now: Date(unixMicroseconds: receivedMicros))
        guard isNews else { return }
        try asked.save(in: db)
        try db.execute(sql: "UPDATE clipRequest SET clip = ? WHERE id = ?", arguments: [cursor, asked.storedID])
    }

    private var arguments: StatementArguments { [cursor, chain, camera, alert, request, film, problem] }

    /// Makes the rows of the records that are stored already.
    static func fill(_ db: Database) throws {
        let sql = """
            SELECT r.cursor, r.chain, r.camera, r.body, h.agent FROM report r JOIN chain h ON h.id = r.chain
            WHERE r.kind = \(Report.Kind.clip.rawValue) AND r.camera IS NOT NULL ORDER BY r.cursor
            """
        for row in try Row.fetchAll(db, sql: sql) {
            let clip = try Ngatu_V1_Clip(serializedBytes: row["body"] as Data)
            try ClipRow(
                clip, cursor: row["cursor"], chain: row["chain"], camera: row["camera"], agent: row["agent"], in: db
            ).insert(in: db)
        }
    }
}
