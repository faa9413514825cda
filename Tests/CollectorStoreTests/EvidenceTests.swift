import CollectorDomain
import CollectorStore
import Crypto
import EventModel
import Foundation
import Testing

@Suite struct EvidenceTests {
    let file = Data((0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    @Test func onlyExpectedFilesOfTheAgentAreTaken() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let other = try await TestAgent(at: place.store, site: "site-b")
        let hash = makeEvidence(file).sha256
        await #expect { try await place.store.evidenceState(sha256: hash, agent: agent.id) } throws: {
            kind($0) == .notFound
        }
        _ = try await place.store.accept(try agent.next([makePassage(1, file: file)]), receivedAt: testNow)
        #expect(
            try await place.store.evidenceState(sha256: hash, agent: agent.id) == .partial(offset: 0, byteCount: 3_000))
        await #expect {
            try await place.store.appendEvidence(
                sha256: hash, agent: other.id, offset: 0, chunk: file, receivedAt: testNow)
        } throws: { kind($0) == .notFound }
    }

    @Test func anUploadResumesWhereItEnded() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let hash = makeEvidence(file).sha256
        _ = try await place.store.accept(try agent.next([makePassage(1, file: file)]), receivedAt: testNow)
        let part = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 0, chunk: file.prefix(1_000), receivedAt: testNow)
        #expect(part == .partial(offset: 1_000, byteCount: 3_000))
        try place.reopen()
        #expect(try await place.store.evidenceState(sha256: hash, agent: agent.id) == part)
        await #expect {
            try await place.store.appendEvidence(
                sha256: hash, agent: agent.id, offset: 0, chunk: file, receivedAt: testNow)
        } throws: { kind($0) == .wrongOffset && ($0 as? StoreError)?.offset == 1_000 }
        var changes = place.store.changes().makeAsyncIterator()
        let whole = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 1_000, chunk: file.dropFirst(1_000), receivedAt: testNow)
        #expect(whole == .present(byteCount: 3_000))
        #expect(await changes.next() == .evidence(sha256: hash, site: "site-a", camera: 1))
        let stored = try #require(try await place.store.evidence(sha256: hash))
        #expect(try Data(contentsOf: #require(stored.file)) == file)
        #expect(stored.sites == ["site-a"] && stored.mediaType == "image/jpeg")
        #expect(try await place.store.camera(1, now: testNow)?.lastStill == hash)
        let passages = try await place.store.passages(scope: .all, camera: 1, before: nil, limit: 5)
        guard case .passage(let passage)? = passages.first?.body else { Issue.record("no passage"); return }
        #expect(passage.still == EvidenceReference(sha256: hash, isPresent: true))
    }

    @Test func falseOrTooManyBytesAreRefused() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let hash = makeEvidence(file).sha256
        _ = try await place.store.accept(try agent.next([makePassage(1, file: file)]), receivedAt: testNow)
        await #expect {
            try await place.store.appendEvidence(
                sha256: hash, agent: agent.id, offset: 0, chunk: file + file, receivedAt: testNow)
        } throws: { kind($0) == .tooLarge }
        await #expect {
            try await place.store.appendEvidence(
                sha256: hash, agent: agent.id, offset: 0, chunk: Data(count: 3_000), receivedAt: testNow)
        } throws: { kind($0) == .mismatch }
        #expect(
            try await place.store.evidenceState(sha256: hash, agent: agent.id) == .partial(offset: 0, byteCount: 3_000))
        #expect(try await place.store.check().evidenceAwaited == 1)
    }

    @Test func strayFilesAreRemovedOnlyOnRequest() async throws {
        let place = try TemporaryStore()
        let folder = place.directory.appendingPathComponent("evidence/aa/bb", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let stray = folder.appendingPathComponent(String(repeating: "ab", count: 32) + ".part")
        try Data([1]).write(to: stray)
        try place.reopen()
        _ = try await place.store.check()
        #expect(FileManager.default.fileExists(atPath: stray.path))
        var agent = try await TestAgent(at: place.store)
        let hash = makeEvidence(file).sha256
        _ = try await place.store.accept(try agent.next([makePassage(1, file: file)]), receivedAt: testNow)
        let part = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 0, chunk: file.prefix(1_000), receivedAt: testNow)
        try place.store.removeStrayEvidence()
        #expect(!FileManager.default.fileExists(atPath: stray.path))
        // What a record names stays.
        #expect(try await place.store.evidenceState(sha256: hash, agent: agent.id) == part)
    }

    private func kind(_ error: any Error) -> StoreError.Kind? { (error as? StoreError)?.kind }
}
