public import CollectorDomain
public import Foundation
import GRDB
import Synchronization

extension CollectorDatabase {
    /// See ``BatchIntake``.
    public func accept(_ batch: IncomingBatch, receivedAt: Date) async throws(StoreError) -> BatchAnswer {
        try await queue.accept(batch, receivedAt: receivedAt).get()
    }

    /// See ``BatchIntake``.
    public func publicKey(keyHash: Data) -> Data? { keys.withLock { $0[keyHash] } }

    /// Reads the keys of enrolled agents into memory.
    func loadKeys() throws {
        // A row that was tampered with is nobody's key; `collector fsck` names it.
        let sql = """
            SELECT keyHash, publicKey FROM agent
            WHERE revokedMicros IS NULL AND typeof(keyHash) = 'blob' AND typeof(publicKey) = 'blob'
            """
        let rows = try pool.read { db in try Row.fetchAll(db, sql: sql) }
        let loaded = Dictionary(rows.map { ($0["keyHash"] as Data, $0["publicKey"] as Data) }) { first, _ in first }
        keys.withLock { $0 = loaded }
    }
}
