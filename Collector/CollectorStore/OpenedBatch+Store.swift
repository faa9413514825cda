public import BatchCodec
public import CollectorDomain
public import Crypto
public import Foundation

extension BatchIntake {
    /// Stores a batch whose signature was checked by `BatchSeal.open`. See ``BatchIntake/accept(_:receivedAt:)``.
    public func accept(_ opened: OpenedBatch, receivedAt: Date) async throws(StoreError) -> BatchAnswer {
        try await accept(
            IncomingBatch(
                keyHash: opened.key.bytes, batch: opened.batch, hash: opened.hash, payload: opened.payload,
                signature: opened.signature), receivedAt: receivedAt)
    }

    /// The key of an enrolled, unrevoked agent, as `BatchSeal.open` and `RequestSignature.verify` want it.
    public func publicKey(_ key: KeyID) -> Curve25519.Signing.PublicKey? {
        guard let bytes = publicKey(keyHash: key.bytes) else { return nil }
        // Only keys that parse are stored.
        return try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    }
}
