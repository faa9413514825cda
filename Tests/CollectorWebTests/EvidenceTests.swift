import BatchCodec
import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

@testable import CollectorWeb

@Suite struct EvidenceTests {
    private let bytes = Data((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    private func path(_ bytes: Data) -> String { "/v1/evidence/\(hash(bytes))" }

    private func head(_ browser: Browser, _ agent: TestAgent, _ bytes: Data) async throws -> TestResponse {
        let header = try RequestSignature.header(method: "HEAD", path: path(bytes), key: agent.key)
        return try await browser.get(path(bytes), accept: "*/*", headers: [.authorization: header], method: .head)
    }

    private func put(
        _ browser: Browser, _ agent: TestAgent, _ bytes: Data, _ range: Range<Int>, name: Data? = nil
    ) async throws -> TestResponse {
        let path = path(name ?? bytes)
        let field = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
        let header = try RequestSignature.header(method: "PUT", path: path, fields: [field], key: agent.key)
        return try await browser.send(
            .put, path, bytes[range], headers: [.authorization: header, .contentRange: field])
    }

    @Test func aFileArrivesInPiecesAndIsSeen() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makePassage(still: bytes)], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await head(browser, agent, bytes).status == .accepted)
            let viewer = browser.logged(in: token)
            #expect(try await viewer.get(path(bytes)).status == .notFound)
            let first = try await put(browser, agent, bytes, 0..<2_000)
            #expect(first.status == .accepted && first.headers[.uploadOffset] == "2000")
            #expect(first.headers[.collectorMark] != nil)
            #expect(try await head(browser, agent, bytes).headers[.uploadOffset] == "2000")
            let gap = try await put(browser, agent, bytes, 3_000..<5_000)
            #expect(gap.status == .conflict && gap.headers[.uploadOffset] == "2000")
            #expect(try await put(browser, agent, bytes, 2_000..<5_000).status == .created)
            #expect(try await head(browser, agent, bytes).status == .ok)
            let seen = try await viewer.get(path(bytes))
            #expect(seen.status == .ok && seen.data == bytes)
            #expect(seen.headers[.contentType] == "image/jpeg")
            #expect(seen.headers[.cacheControl]?.hasPrefix("private") == true)
        }
        let audit = try await harness.store.auditEntries(before: nil, limit: 5).map(\.entry)
        #expect(audit.contains { $0.action == .evidenceViewed && $0.subject == hash(bytes) && $0.user != nil })
    }

    @Test func bytesThatDoNotMatchTheirNameAreThrownAway() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makePassage(still: bytes)], to: harness)
        var wrong = bytes
        wrong[100] ^= 1
        try await harness.run { [wrong] (browser: Browser) async throws -> Void in
            let answer = try await put(browser, agent, wrong, 0..<5_000, name: bytes)
            #expect(answer.status == .unprocessableContent)
            #expect(try await head(browser, agent, bytes).headers[.uploadOffset] == "0")
        }
    }

    @Test func aFileThatNoRecordNamesIsNotTaken() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let other = try await harness.agent(site: "elsewhere")
        try await other.deliver([makePassage(still: bytes)], to: harness)
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await head(browser, agent, bytes).status == .notFound)
            #expect(try await put(browser, agent, bytes, 0..<5_000).status == .notFound)
        }
    }

    @Test func aSignatureCoversTheRange() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makePassage(still: bytes)], to: harness)
        try await harness.run { (browser: Browser) async throws -> Void in
            let header = try RequestSignature.header(
                method: "PUT", path: path(bytes), fields: ["bytes 0-4999/5000"], key: agent.key)
            let answer = try await browser.send(
                .put, path(bytes), bytes[0..<10],
                headers: [.authorization: header, .contentRange: "bytes 0-9/5000"])
            #expect(answer.status == .unauthorized)
        }
    }

    @Test(arguments: [
        "", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10", "bytes -1-5/10", "bytes 0-9/99999999999999999999", "0-9/10",
    ])
    func anOddRangeIsRefused(text: String) {
        #expect(ContentRange(text) == nil)
    }
}
