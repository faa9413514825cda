public import EventModel
public import Foundation

/// A batch whose signature was checked, on its way into the store.
public struct IncomingBatch: Sendable {
    /// SHA-256 of the signer's public key.
    public var keyHash: Data
    /// The records.
    public var batch: Ngatu_V1_Batch
    /// SHA-256 of the payload.
    public var hash: Data
    /// The packed batch as signed: kept as the proof.
    public var payload: Data
    /// Ed25519 over the payload.
    public var signature: Data

    /// Makes a batch.
    public init(keyHash: Data, batch: Ngatu_V1_Batch, hash: Data, payload: Data, signature: Data) {
        self.keyHash = keyHash
        self.batch = batch
        self.hash = hash
        self.payload = payload
        self.signature = signature
    }
}

/// What became of a batch.
public enum BatchAnswer: Hashable, Sendable {
    /// It is stored, now or before, and safe against power loss.
    case accepted(Ngatu_V1_BatchReceipt)
    /// It does not continue the chain; nothing was stored. The receipt tells the head that is stored.
    case conflict(head: Ngatu_V1_BatchReceipt, reason: String)
    /// A record cannot be taken; nothing was stored. `record` is its index in the batch; nil: the batch itself.
    case malformed(record: Int?, reason: String)
}

/// Takes batches in.
public protocol BatchIntake: Sendable {
    /// Stores a batch once, and answers after it is safe against power loss.
    ///
    /// The caller has checked the signature. Batches of several agents may share a commit.
    ///
    /// - Throws: kinds `unknownAgent`, `storageFull`, `inputOutput`, `busy`: nothing was stored; try again.
    func accept(_ batch: IncomingBatch, receivedAt: Date) async throws(StoreError) -> BatchAnswer

    /// The public key (32 bytes) of an enrolled, unrevoked agent by the SHA-256 of the key. From memory, never blocks.
    func publicKey(keyHash: Data) -> Data?
}
