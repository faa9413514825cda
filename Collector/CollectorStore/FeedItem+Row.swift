import CollectorDomain
import EventModel
import Foundation
import GRDB
import SwiftProtobuf

extension FeedItem {
    /// Reads a row of `FeedReader`.
    init(row: Row, table: StoredRow.Table) throws {
        let name: String? = row["cameraName"]
        let origin = RecordOrigin(
            agent: row["agent"], site: row["site"], camera: row["camera"],
            cameraID: name.flatMap(CameraID.init(rawValue:)))
        self.init(
            cursor: row["cursor"], origin: origin, epoch: row["epoch"], sequence: row["sequence"],
            time: Date(unixMicroseconds: row["timeMicros"]), body: try FeedBody(row: row, table: table))
    }
}

extension FeedBody {
    fileprivate init(row: Row, table: StoredRow.Table) throws {
        switch table {
        case .passage: self = .passage(PassageSummary(row: row))
        case .alert: self = .alert(AlertSummary(row: row))
        case .report: self = try FeedBody(report: row)
        }
    }

    private init(report row: Row) throws {
        let body: Data = row["body"]
        switch Report.Kind(rawValue: row["kind"]) {
        case .violationCandidate: self = .violation(try Ngatu_V1_ViolationCandidate(serializedBytes: body))
        case .crowdSample: self = .crowd(try Ngatu_V1_CrowdSample(serializedBytes: body))
        case .flowSample: self = .flow(try Ngatu_V1_FlowSample(serializedBytes: body))
        case .cameraHealth: self = .cameraHealth(try Ngatu_V1_CameraHealth(serializedBytes: body))
        case .agentHealth: self = .agentHealth(try Ngatu_V1_AgentHealth(serializedBytes: body))
        case .gap: self = .gap(try Ngatu_V1_Gap(serializedBytes: body))
        case .clip: self = .clip(try Ngatu_V1_Clip(serializedBytes: body))
        case nil: throw StoreError(.damaged, "report \(row["cursor"] as Int64) has an unknown kind")
        }
    }
}

extension PassageSummary {
    fileprivate init(row: Row) {
        let tenths: Int? = row["speedTenths"]
        self.init(
            line: row["lineName"] ?? "", direction: CrossingDirection(stored: row["direction"]),
            objectClass: ObjectClass(stored: row["objectClass"]), track: row["track"], plate: row["plate"] ?? "",
            speedKilometresPerHour: tenths.map { Double($0) / 10 }, still: EvidenceReference(row: row))
    }
}

extension AlertSummary {
    fileprivate init(row: Row) {
        let until: Int64 = row["toMicros"]
        self.init(
            kind: row["kind"], severity: Ngatu_V1_Severity(rawValue: row["severity"]) ?? .unspecified,
            zone: row["zone"], phase: Ngatu_V1_Phase(rawValue: row["phase"]) ?? .unspecified, alert: row["alert"],
            objectClass: ObjectClass(stored: row["objectClass"]), from: Date(unixMicroseconds: row["fromMicros"]),
            until: until == 0 ? nil : Date(unixMicroseconds: until), still: EvidenceReference(row: row),
            film: FilmReference(row: row))
    }
}

extension FilmReference {
    fileprivate init?(row: Row) {
        guard let problem: String = row["filmProblem"] else { return nil }
        let file = (row["filmHash"] as Data?).map {
            EvidenceReference(sha256: $0, isPresent: (row["filmPresentMicros"] as Int64?) != nil)
        }
        self.init(file: file, problem: problem)
    }
}

extension EvidenceReference {
    fileprivate init?(row: Row) {
        guard let sha256: Data = row["sha256"] else { return nil }
        self.init(sha256: sha256, isPresent: (row["presentMicros"] as Int64?) != nil)
    }
}

extension ObjectClass {
    /// The class of a stored number; nil for one of a newer schema.
    init?(stored number: Int) {
        guard let wire = Ngatu_V1_ObjectClass(rawValue: number) else { return nil }
        self.init(wire: wire)
    }
}

extension CrossingDirection {
    /// The direction of a stored number; nil where it says none.
    init?(stored number: Int) {
        guard let wire = Ngatu_V1_Direction(rawValue: number) else { return nil }
        self.init(wire: wire)
    }
}
