import BatchCodec
public import CollectorDomain
import EventModel
public import Foundation
import GRDB

extension CollectorDatabase {
    /// See ``EvidenceStore``.
    public func evidenceState(sha256: Data, agent: Int64) async throws(StoreError) -> EvidenceState {
        let expected = try await expectation(sha256: sha256, agent: agent)
        if expected.isPresent { return .present(byteCount: expected.byteCount) }
        let files = evidenceFiles
        do {
            if try await files.run({ files.byteCount(sha256) }) == expected.byteCount {
                // The same file came from another agent, or the power failed before it was noted.
                try await notePresent(expected, sha256: sha256, agent: agent, receivedAt: Date())
                return .present(byteCount: expected.byteCount)
            }
            let stored = try await files.run { files.partialByteCount(sha256) }
            guard stored >= expected.byteCount else { return .partial(offset: stored, byteCount: expected.byteCount) }
        } catch { throw StoreError(error, doing: "look for evidence \(sha256.hexadecimal)") }
        // All bytes are here, but the power failed before they were checked.
        return try await finishEvidence(sha256: sha256, expected: expected, agent: agent)
    }

    private func finishEvidence(
        sha256: Data, expected: EvidenceRow, agent: Int64
    ) async throws(StoreError) -> EvidenceState {
        let files = evidenceFiles
        do {
            try await files.run { try files.finish(sha256) }
            try await notePresent(expected, sha256: sha256, agent: agent, receivedAt: Date())
            return .present(byteCount: expected.byteCount)
        } catch let error as StoreError where error.kind == .mismatch {
            return .partial(offset: 0, byteCount: expected.byteCount)
        } catch { throw StoreError(error, doing: "check evidence \(sha256.hexadecimal)") }
    }

    /// See ``EvidenceStore``.
    public func appendEvidence(
        sha256: Data, agent: Int64, offset: Int64, chunk: Data, receivedAt: Date
    ) async throws(StoreError) -> EvidenceState {
        let expected = try await expectation(sha256: sha256, agent: agent)
        if expected.isPresent { return .present(byteCount: expected.byteCount) }
        let files = evidenceFiles
        let work = "store evidence \(sha256.hexadecimal)"
        do {
            let state = try await files.run {
                try files.append(chunk, to: sha256, at: offset, byteCount: expected.byteCount)
            }
            if case .present = state {
                try await notePresent(expected, sha256: sha256, agent: agent, receivedAt: receivedAt)
            }
            return state
        } catch { throw StoreError(error, doing: work) }
    }

    /// See ``EvidenceStore``.
    public func evidence(sha256: Data) async throws(StoreError) -> StoredEvidence? {
        let rows = try await read("find evidence") { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT e.*, a.site FROM evidence e JOIN agent a ON a.id = e.agent WHERE e.sha256 = ? ORDER BY e.id",
                arguments: [sha256]
            ).map(EvidenceRow.init(row:))
        }
        guard let first = rows.first else { return nil }
        let shown = rows.first { $0.isPresent } ?? first
        return StoredEvidence(
            sha256: sha256, mediaType: shown.mediaType, byteCount: shown.byteCount,
            file: shown.isPresent ? evidenceFiles.file(sha256) : nil, sites: Set(rows.map(\.site)),
            cameras: Set(rows.compactMap(\.camera)))
    }

    private func expectation(sha256: Data, agent: Int64) async throws(StoreError) -> EvidenceRow {
        let row = try await read("find evidence") { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT e.*, a.site FROM evidence e JOIN agent a ON a.id = e.agent WHERE e.sha256 = ? AND e.agent = ?",
                arguments: [sha256, agent]
            ).map(EvidenceRow.init(row:))
        }
        guard let row else {
            throw StoreError(.notFound, "no record of agent \(agent) names evidence \(sha256.hexadecimal)")
        }
        return row
    }

    private func notePresent(
        _ expected: EvidenceRow, sha256: Data, agent: Int64, receivedAt: Date
    ) async throws(StoreError) {
        try await write("note evidence") { db in
            try db.execute(
                sql: "UPDATE evidence SET presentMicros = ? WHERE sha256 = ? AND agent = ?",
                arguments: [receivedAt.unixMicroseconds, sha256, agent])
        }
        hub.publish(.evidence(sha256: sha256, site: expected.site, camera: expected.camera))
    }

    /// Removes partial files that no record asks for any more, and files that nothing names.
    ///
    /// A whole file that a record names is kept: the power failed between its last byte and the note of it. For the
    /// start of a collector that takes records in; commands that only look leave the folder as it is.
    ///
    /// - Throws: kind `inputOutput` and those of the database.
    public func removeStrayEvidence() throws(StoreError) {
        do { try removeUnnamedFiles() } catch { throw StoreError(error, doing: "remove stray evidence") }
    }

    private func removeUnnamedFiles() throws {
        for file in evidenceFiles.all() {
            let name = file.deletingPathExtension().lastPathComponent
            let isNamed = try Data(hexadecimal: name).map { hash in
                try pool.read { db in
                    try Bool.fetchOne(db, sql: "SELECT 1 FROM evidence WHERE sha256 = ? LIMIT 1", arguments: [hash])
                        ?? false
                }
            }
            if isNamed != true { try FileManager.default.removeItem(at: file) }
        }
    }
}

extension EvidenceFiles {
    /// Appends bytes at a stated place; finishes the file with its last byte.
    fileprivate func append(_ chunk: Data, to sha256: Data, at offset: Int64, byteCount: Int64) throws -> EvidenceState
    {
        if self.byteCount(sha256) == byteCount { return .present(byteCount: byteCount) }
        let stored = partialByteCount(sha256)
        guard offset == stored else {
            throw StoreError(.wrongOffset, "the upload begins at \(offset), \(stored) bytes are here", offset: stored)
        }
        guard Int64(chunk.count) <= byteCount - stored else {
            throw StoreError(.tooLarge, "evidence \(sha256.hexadecimal) was declared with \(byteCount) bytes")
        }
        if !chunk.isEmpty { try append(chunk, to: sha256) }
        let offset = stored + Int64(chunk.count)
        guard offset == byteCount else { return .partial(offset: offset, byteCount: byteCount) }
        try finish(sha256)
        return .present(byteCount: byteCount)
    }
}

/// What a record said about a file.
private struct EvidenceRow: Sendable {
    var site: String
    var camera: Int64?
    var mediaType: String
    var byteCount: Int64
    var isPresent: Bool

    init(row: Row) {
        site = row["site"]
        camera = row["camera"]
        mediaType = row["mediaType"]
        byteCount = row["byteCount"]
        isPresent = (row["presentMicros"] as Int64?) != nil
    }
}
