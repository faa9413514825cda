import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
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

@Suite struct EnrolmentTests {
    private func enrol(
        _ browser: Browser, code: String, key: Curve25519.Signing.PrivateKey,
        signedBy signer: Curve25519.Signing.PrivateKey? = nil
    ) async throws -> TestResponse {
        let wish = EnrolmentRequest(
            code: code, publicKey: key.publicKey.rawRepresentation.base64EncodedString(), name: "hộp 1")
        let header = try RequestSignature.header(
            method: "POST", path: EnrolmentRequest.path, fields: [wish.code, wish.publicKey], key: signer ?? key)
        return try await browser.send(
            .post, EnrolmentRequest.path, try JSONEncoder().encode(wish), headers: [.authorization: header])
    }

    @Test func aCodeLetsOneAgentInOnce() async throws {
        let harness = try WebHarness()
        let code = try await harness.store.createEnrolmentCode(site: "here", user: nil, now: harness.now)
        let key = Curve25519.Signing.PrivateKey()
        try await harness.run { (browser: Browser) async throws -> Void in
            let typed = code.code.lowercased().replacing("-", with: " ")
            let answer = try await enrol(browser, code: typed, key: key)
            #expect(answer.status == .ok)
            let receipt = try JSONDecoder().decode(EnrolmentReceipt.self, from: answer.data)
            #expect(receipt.site == "here")
            // A lost answer may be asked for again; another key may not use the code.
            #expect(try await enrol(browser, code: typed, key: key).status == .ok)
            #expect(try await enrol(browser, code: typed, key: Curve25519.Signing.PrivateKey()).status == .forbidden)
        }
        #expect(try await harness.store.agents(scope: .all, now: harness.now).count == 1)
    }

    @Test func anExpiredCodeAndAnUnknownOneAreAnsweredAlike() async throws {
        let harness = try WebHarness()
        let code = try await harness.store.createEnrolmentCode(site: "here", user: nil, now: harness.now)
        harness.now += 601
        try await harness.run { (browser: Browser) async throws -> Void in
            let late = try await enrol(browser, code: code.code, key: Curve25519.Signing.PrivateKey())
            let unknown = try await enrol(browser, code: "2222-2222-2222", key: Curve25519.Signing.PrivateKey())
            #expect(late.status == .forbidden && unknown.status == .forbidden)
            #expect(late.text == unknown.text)
        }
    }

    @Test func theKeyMustBeHeld() async throws {
        let harness = try WebHarness()
        let code = try await harness.store.createEnrolmentCode(site: "here", user: nil, now: harness.now)
        try await harness.run { (browser: Browser) async throws -> Void in
            let answer = try await enrol(
                browser, code: code.code, key: Curve25519.Signing.PrivateKey(),
                signedBy: Curve25519.Signing.PrivateKey())
            #expect(answer.status == .unauthorized)
        }
    }

    @Test func guessingCodesIsSlowedDown() async throws {
        let harness = try WebHarness { $0.limits.enrolments = RateLimit(perSecond: 0.1, burst: 3) }
        try await harness.run { (browser: Browser) async throws -> Void in
            var statuses: [Int] = []
            for _ in 0..<5 {
                statuses.append(
                    try await enrol(browser, code: "2222-2222-2222", key: Curve25519.Signing.PrivateKey()).status.code)
            }
            #expect(statuses == [403, 403, 403, 429, 429])
        }
    }

    @Test func aCodeMadeOnThePageWorksAndIsShownOnce() async throws {
        let harness = try WebHarness()
        let token = try await harness.session(of: try await harness.person(.administrator))
        try await harness.run { (browser: Browser) async throws -> Void in
            let page = try await browser.logged(in: token).post("/agents/codes", ["site": "Phường 1"])
            let code = try #require(page.text.firstMatch(of: /[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/)).output
            #expect(page.text.contains("edge-agent enroll http://localhost \(code)"))
            #expect(try await enrol(browser, code: String(code), key: Curve25519.Signing.PrivateKey()).status == .ok)
            let later = try await browser.logged(in: token).get("/agents")
            #expect(!later.text.contains(code))
        }
    }
}
