import EventModel
import Foundation
import GRDB
import SwiftProtobuf

/// Where a record goes: the columns that all typed tables begin with.
struct RowKey: Hashable {
    var cursor: Int64
    var chain: Int64
    var sequence: Int64
    var timeMicros: Int64
    var clock: Int64

    init(_ record: Ngatu_V1_Record, cursor: Int64, chain: Int64) {
        self.cursor = cursor
        self.chain = chain
        sequence = Int64(bitPattern: record.sequence)
        timeMicros = record.timeMicros
        clock = Int64(record.clock.rawValue)
    }
}

/// The columns of one record's row. Written by the intake and made again by `fsck` from the signed payload.
struct StoredRow: Hashable {
    enum Table: String, CaseIterable {
        case passage, alert, report
    }

    var table: Table
    var values: [DatabaseValue]

    /// - Parameter line: the number of the passage's line; nil for other records.
    init(
        _ record: Ngatu_V1_Record, body: Ngatu_V1_Record.OneOf_Body, key: RowKey, camera: Int64?, line: Int64?,
        evidence: Int64?
    ) throws {
        switch body {
        case .passage(let passage):
            self = .passage(passage, key: key, camera: camera ?? 0, line: line ?? 0, evidence: evidence)
        case .securityAlert(let alert): self = .alert(alert, key: key, camera: camera ?? 0, evidence: evidence)
        default: self = try .report(body, key: key, camera: camera, evidence: evidence)
        }
    }

    /// The statement that writes a row of a table.
    static func insertion(into table: Table) -> String {
        let count =
            switch table {
            case .passage, .alert: 16
            case .report: 9
            }
        return "INSERT INTO \(table.rawValue) VALUES (\(Array(repeating: "?", count: count).joined(separator: ",")))"
    }

    private init(table: Table, values: [DatabaseValue]) {
        self.table = table
        self.values = values
    }

    private static func passage(
        _ passage: Ngatu_V1_Passage, key: RowKey, camera: Int64, line: Int64, evidence: Int64?
    ) -> StoredRow {
        let speed = passage.hasSpeed ? passage.speed : nil
        return StoredRow(
            table: .passage,
            values: [
                key.cursor.databaseValue, key.chain.databaseValue, key.sequence.databaseValue, camera.databaseValue,
                key.timeMicros.databaseValue, key.clock.databaseValue, line.databaseValue,
                passage.direction.rawValue.databaseValue, passage.objectClass.rawValue.databaseValue,
                Int64(bitPattern: passage.track).databaseValue, text(passage.lane),
                passage.confidencePercent.databaseValue, number(speed?.kilometresPerHourTenths),
                number(speed?.plusMinusTenths), passage.hasPlate ? text(passage.plate.text) : .null,
                evidence?.databaseValue ?? .null,
            ])
    }

    private static func alert(
        _ alert: Ngatu_V1_SecurityAlert, key: RowKey, camera: Int64, evidence: Int64?
    ) -> StoredRow {
        StoredRow(
            table: .alert,
            values: [
                key.cursor.databaseValue, key.chain.databaseValue, key.sequence.databaseValue, camera.databaseValue,
                key.timeMicros.databaseValue, key.clock.databaseValue, alert.kind.databaseValue,
                alert.severity.rawValue.databaseValue, alert.zone.databaseValue, alert.phase.rawValue.databaseValue,
                Int64(bitPattern: alert.alert).databaseValue, Int64(bitPattern: alert.track).databaseValue,
                alert.objectClass.rawValue.databaseValue, alert.fromMicros.databaseValue,
                alert.toMicros.databaseValue, evidence?.databaseValue ?? .null,
            ])
    }

    private static func report(
        _ body: Ngatu_V1_Record.OneOf_Body, key: RowKey, camera: Int64?, evidence: Int64?
    ) throws -> StoredRow {
        let report = try Report(body)
        return StoredRow(
            table: .report,
            values: [
                key.cursor.databaseValue, key.chain.databaseValue, key.sequence.databaseValue,
                camera?.databaseValue ?? .null, key.timeMicros.databaseValue, key.clock.databaseValue,
                report.kind.rawValue.databaseValue, report.body.databaseValue, evidence?.databaseValue ?? .null,
            ])
    }

    private static func text(_ text: String) -> DatabaseValue { text.isEmpty ? .null : text.databaseValue }
    private static func number(_ number: UInt32?) -> DatabaseValue { number?.databaseValue ?? .null }
}

/// A record that is kept whole.
struct Report {
    /// The field number in `Record.body`.
    enum Kind: Int {
        case violationCandidate = 11
        case crowdSample = 13
        case flowSample = 14
        case cameraHealth = 15
        case agentHealth = 16
        case gap = 17
        case clip = 18
    }

    var kind: Kind
    var body: Data

    init(_ body: Ngatu_V1_Record.OneOf_Body) throws {
        switch body {
        case .violationCandidate(let message): try self.init(.violationCandidate, message)
        case .crowdSample(let message): try self.init(.crowdSample, message)
        case .flowSample(let message): try self.init(.flowSample, message)
        case .cameraHealth(let message): try self.init(.cameraHealth, message)
        case .agentHealth(let message): try self.init(.agentHealth, message)
        case .gap(let message): try self.init(.gap, message)
        case .clip(let message): try self.init(.clip, message)
        case .passage, .securityAlert: preconditionFailure("passages and alerts have tables of their own")
        }
    }

    private init(_ kind: Kind, _ message: some Message) throws {
        self.kind = kind
        body = try message.serializedData()
    }
}
