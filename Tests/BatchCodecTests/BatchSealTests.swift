import BatchCodec
import Crypto
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct BatchSealTests {
    let key = Curve25519.Signing.PrivateKey()

    @Test func whatIsSealedOpensUnchanged() throws {
        let batch = makeBatch(records: 20)
        let sealed = try BatchSeal.seal(batch, with: key)
        let opened = try BatchSeal.open(sealed.body) { _ in key.publicKey }
        #expect(opened.batch == batch)
        #expect(opened.hash == sealed.hash)
        #expect(opened.key == KeyID(of: key.publicKey))
    }

    @Test func anUnknownKeyIsRefused() throws {
        let sealed = try BatchSeal.seal(makeBatch(records: 1), with: key)
        #expect(throws: BatchError.self) { try BatchSeal.open(sealed.body) { _ in nil } }
    }

    @Test func anotherKeysSignatureIsRefused() throws {
        let sealed = try BatchSeal.seal(makeBatch(records: 1), with: key)
        let stranger = Curve25519.Signing.PrivateKey().publicKey
        #expect { try BatchSeal.open(sealed.body) { _ in stranger } } throws: {
            ($0 as? BatchError)?.kind == .badSignature
        }
    }

    @Test func noChangedByteIsAccepted() throws {
        let body = try BatchSeal.seal(makeBatch(records: 5), with: key).body
        for index in body.indices {
            var changed = body
            changed[index] ^= 0x41
            #expect(throws: BatchError.self) {
                try BatchSeal.open(changed) { $0 == KeyID(of: key.publicKey) ? key.publicKey : nil }
            }
        }
    }

    @Test func randomBytesNeverTrapTheOpener() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...300, using: &generator)
            let body = Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            #expect(throws: BatchError.self) { try BatchSeal.open(body) { _ in key.publicKey } }
        }
    }

    @Test func aFrameThatWouldUnpackToTooMuchIsRefused() throws {
        let frame = try Zstd.compress(Data(count: 1 << 20))
        #expect { try Zstd.decompress(frame, limit: 1 << 19) } throws: { ($0 as? BatchError)?.kind == .tooLarge }
        #expect(try Zstd.decompress(frame, limit: 1 << 20).count == 1 << 20)
    }

    /// The bar for thin links: 500 passages, each with an evidence hash that cannot be compressed.
    @Test func aPassageCostsAtMostSixtyBytesOnTheWire() throws {
        let sealed = try BatchSeal.seal(makeBatch(records: 500), with: key)
        #expect(Double(sealed.body.count) / 500 <= 60)
    }

    @Test func aSignedRequestNamesItsSender() throws {
        let header = try RequestSignature.header(
            method: "PUT", path: "/v1/evidence/ab", fields: ["bytes 0-1/2"], key: key)
        let sender = try RequestSignature.verify(
            header, method: "PUT", path: "/v1/evidence/ab", fields: ["bytes 0-1/2"]
        ) { _ in key.publicKey }
        #expect(sender == KeyID(of: key.publicKey))
        #expect(throws: BatchError.self) {
            try RequestSignature.verify(header, method: "PUT", path: "/v1/evidence/cd", fields: ["bytes 0-1/2"]) { _ in
                key.publicKey
            }
        }
    }

    @Test(arguments: ["", "NgaTu ", "NgaTu x:y", "Bearer abc", "NgaTu :"])
    func aMalformedHeaderIsRefused(header: String) {
        #expect(throws: BatchError.self) {
            try RequestSignature.verify(header, method: "PUT", path: "/") { _ in key.publicKey }
        }
    }
}

private func makeBatch(records count: Int) -> Ngatu_V1_Batch {
    var maker = BatchMaker()
    maker.sequence = 100_000
    return maker.next(records: count)
}
