import CollectorDomain
import EventModel
import Foundation
import GRDB

extension ClipRequest {
    /// Requests with the names of their camera and person.
    static let select = """
        SELECT q.*, c.name AS cameraName, c.agent, u.login, u.displayName FROM clipRequest q
        JOIN camera c ON c.id = q.camera JOIN user u ON u.id = q.user
        """

    static func find(_ id: UUID, in db: Database) throws -> ClipRequest? {
        try Row.fetchOne(db, sql: "\(select) WHERE q.id = ?", arguments: [stored(id)]).map(ClipRequest.init(row:))
    }

    static func stored(_ id: UUID) -> String { id.uuidString.lowercased() }

    var storedID: String { Self.stored(id) }

    init(row: Row) throws {
        let text: String = row["id"]
        let name: String = row["cameraName"]
        guard let id = UUID(uuidString: text), let cameraID = CameraID(rawValue: name),
            let stage = Stage(rawValue: row["stage"])
        else { throw StoreError(.damaged, "film request '\(text)' of camera '\(name)'") }
        let displayName: String = row["displayName"]
        self.init(
            id: id, camera: row["camera"], cameraID: cameraID, agent: row["agent"],
            from: Date(unixMicroseconds: row["fromMicros"]), to: Date(unixMicroseconds: row["toMicros"]),
            user: row["user"], userName: displayName.isEmpty ? row["login"] : displayName,
            askedAt: Date(unixMicroseconds: row["askedMicros"]), stage: stage,
            changedAt: Date(unixMicroseconds: row["changedMicros"]), run: row["run"], problem: row["problem"])
    }

    /// Writes what became of it.
    func save(in db: Database) throws {
        try db.execute(
            sql: "UPDATE clipRequest SET stage = ?, changedMicros = ?, run = ?, problem = ? WHERE id = ?",
            arguments: [stage.rawValue, changedAt.unixMicroseconds, run, problem, storedID])
    }
}
