import Foundation
import GRDB

extension Store {
    /// What became of a group of records.
    struct Appended {
        var firstSequence: UInt64
        /// Evidence that could not be written, in words; the records went without it.
        var evidenceFailure: String?
        /// Records that had to go for these.
        var droppedRecords: Int
    }

    /// Stores records and the files that prove them: files first, so that no stored record names a file that a power
    /// cut took. Numbers are assigned in the storing transaction, in the order given.
    func append(_ records: [QueuedRecord]) throws -> Appended {
        let written = writeEvidence(of: records)
        var doomed: [String] = []
        let before = state
        let first = try transaction { db, state in
            let first = state.nextSequence
            for record in records { try insert(record, stored: written.names, db, &state) }
            if !written.failed.isEmpty { try noteLostEvidence(written.failed, db, &state) }
            doomed = try enforceRecordCap(configuration.recordByteCap, db, &state)
            doomed += try enforceEvidenceCap(configuration.evidenceByteCap, db, &state)
            return first
        }
        removeFiles(doomed)
        return Appended(
            firstSequence: first, evidenceFailure: written.failure,
            droppedRecords: state.droppedRecords - before.droppedRecords)
    }

    private func insert(
        _ record: QueuedRecord, stored: Set<Data>, _ db: Database, _ state: inout SpoolState
    ) throws {
        let sequence = Int64(state.nextSequence)
        try insertRow(sequence, record.body, shelf: record.shelf, db)
        state.nextSequence += 1
        state.count(record.shelf, records: 1, bytes: record.body.count)
        for file in record.evidence where stored.contains(file.sha256) {
            try register(
                file.sha256, byteCount: file.byteCount, shelf: record.shelf, sequence: sequence, db, &state)
        }
    }

    func insertRow(_ sequence: Int64, _ body: Data, shelf: Shelf, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO \(shelf.table) VALUES (?, ?, ?)")
            .execute(arguments: [sequence, body, Checksum.of(sequence, body)])
    }
}
