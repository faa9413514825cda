public import Crypto
public import EventModel
public import Foundation
import SwiftProtobuf

/// A batch ready for the wire.
public struct SealedBatch: Hashable, Sendable {
    /// A serialized `SignedBatch`: the body of `POST /v1/batches`.
    public let body: Data
    /// SHA-256 of the payload: what the next batch names as its predecessor.
    public let hash: Data
}

/// A batch whose signature was checked.
public struct OpenedBatch: Sendable {
    /// Who signed it: an agent's identity.
    public let key: KeyID
    /// The records.
    public let batch: Ngatu_V1_Batch
    /// SHA-256 of the payload.
    public let hash: Data
    /// The packed batch, exactly as signed. Kept by the collector, so that the proof can be checked again.
    public let payload: Data
    /// Ed25519 over the payload.
    public let signature: Data
}

/// Packs, signs, checks and unpacks batches.
///
/// The signature covers the packed bytes and is checked before they are unpacked, so a stranger's bytes never reach the
/// unpacker. A batch names the hash of the one before it: a chain that shows a missing, doubled or changed batch.
public enum BatchSeal {
    /// The `previous_hash` of the first batch of an epoch: 32 zero bytes.
    public static let genesis = Data(count: 32)

    /// Most bytes that a batch may unpack to: 500 records of the largest kind are below 1 MiB.
    public static let unpackedLimit = 8 << 20

    private static let context = Data("ngatu.v1.batch\0".utf8)

    /// Packs and signs a batch.
    public static func seal(_ batch: Ngatu_V1_Batch, with key: Curve25519.Signing.PrivateKey) throws -> SealedBatch {
        let payload = try Zstd.compress(batch.serializedData())
        var signed = Ngatu_V1_SignedBatch()
        signed.keyID = KeyID(of: key.publicKey).bytes
        signed.payload = payload
        signed.signature = try key.signature(for: context + payload)
        return SealedBatch(body: try signed.serializedData(), hash: Data(SHA256.hash(data: payload)))
    }

    /// Checks and unpacks the body of a request.
    ///
    /// - Parameter publicKey: finds the enrolled, unrevoked key of a name; nil where there is none.
    /// - Throws: ``BatchError`` of any kind, or what `publicKey` throws.
    public static func open(
        _ body: Data, publicKey: (KeyID) throws -> Curve25519.Signing.PublicKey?
    ) throws -> OpenedBatch {
        guard let signed = try? Ngatu_V1_SignedBatch(serializedBytes: body) else {  // the parser's reason helps nobody
            throw BatchError(.malformed, "the body is not a SignedBatch")
        }
        guard let name = KeyID(bytes: signed.keyID) else { throw BatchError(.malformed, "key_id is not 32 bytes") }
        guard let key = try publicKey(name) else { throw BatchError(.unknownKey, "key \(name) is not enrolled") }
        return try open(signed, name: name, key: key)
    }

    /// Checks and unpacks a batch whose signer's key is at hand.
    public static func open(payload: Data, signature: Data, key: Curve25519.Signing.PublicKey) throws -> OpenedBatch {
        var signed = Ngatu_V1_SignedBatch()
        signed.payload = payload
        signed.signature = signature
        return try open(signed, name: KeyID(of: key), key: key)
    }

    private static func open(
        _ signed: Ngatu_V1_SignedBatch, name: KeyID, key: Curve25519.Signing.PublicKey
    ) throws -> OpenedBatch {
        guard key.isValidSignature(signed.signature, for: context + signed.payload) else {
            throw BatchError(.badSignature, "the signature of key \(name) does not fit the payload")
        }
        let unpacked = try Zstd.decompress(signed.payload, limit: unpackedLimit)
        guard let batch = try? Ngatu_V1_Batch(serializedBytes: unpacked) else {  // the parser's reason helps nobody
            throw BatchError(.malformed, "the payload is not a Batch")
        }
        return OpenedBatch(
            key: name, batch: batch, hash: Data(SHA256.hash(data: signed.payload)), payload: signed.payload,
            signature: signed.signature)
    }
}
