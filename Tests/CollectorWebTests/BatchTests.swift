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

@Suite struct BatchTests {
    @Test func aBatchIsStoredOnceAndAnsweredTwice() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let batch = try agent.batch([makePassage(), makePassage(track: 2)])
        try await harness.run { (browser: Browser) async throws -> Void in
            let first = try await browser.send(.post, "/v1/batches", batch.body)
            #expect(first.status == .ok)
            let receipt = try Ngatu_V1_BatchReceipt(serializedBytes: first.data)
            #expect(receipt.inserted == 2 && receipt.contiguousSequence == 2 && receipt.hash == batch.hash)
            let again = try await browser.send(.post, "/v1/batches", batch.body)
            #expect(again.status == .ok)
            #expect(try Ngatu_V1_BatchReceipt(serializedBytes: again.data).contiguousSequence == 2)
        }
        #expect(try await harness.store.statistics().records == 2)
    }

    @Test func aBrokenChainIsAConflictThatTellsTheHead() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let first = try agent.batch([makePassage()])
        _ = try agent.batch([makePassage()])
        let third = try agent.batch([makePassage()])
        try await harness.run { (browser: Browser) async throws -> Void in
            _ = try await browser.send(.post, "/v1/batches", first.body)
            let answer = try await browser.send(.post, "/v1/batches", third.body)
            #expect(answer.status == .conflict)
            #expect(try Ngatu_V1_BatchReceipt(serializedBytes: answer.data).hash == first.hash)
        }
    }

    @Test func strangersAndRevokedAgentsAreRefused() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let stranger = TestAgent(key: Curve25519.Signing.PrivateKey(), id: 0, site: "")
        let batch = try agent.batch([makePassage()])
        try await harness.store.revokeAgent(agent.id, now: harness.now)
        try await harness.run { (browser: Browser) async throws -> Void in
            let foreign = try stranger.batch([makePassage()])
            #expect(try await browser.send(.post, "/v1/batches", foreign.body).status == .unauthorized)
            #expect(try await browser.send(.post, "/v1/batches", batch.body).status == .unauthorized)
        }
        #expect(try await harness.store.statistics().records == 0)
    }

    @Test func aChangedByteIsRefused() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        var body = try agent.batch([makePassage()]).body
        body[body.count - 70] ^= 1
        try await harness.run { [body] (browser: Browser) async throws -> Void in
            let status = try await browser.send(.post, "/v1/batches", body).status.code
            #expect([400, 401].contains(status))
        }
        #expect(try await harness.store.statistics().records == 0)
    }

    @Test func aBadRecordIsNamedByItsIndex() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        var bad = makePassage()
        bad.camera = "../etc/passwd"
        let batch = try agent.batch([makePassage(), bad])
        try await harness.run { (browser: Browser) async throws -> Void in
            let answer = try await browser.send(.post, "/v1/batches", batch.body)
            #expect(answer.status == .unprocessableContent)
            #expect(answer.text.contains("record 1"))
        }
        #expect(try await harness.store.statistics().records == 0)
    }

    @Test func moreThanTheLimitIsNotRead() async throws {
        let harness = try WebHarness { $0.limits.batchBytes = 1_000 }
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await browser.send(.post, "/v1/batches", Data(count: 1_001)).status == .contentTooLarge)
            #expect(try await browser.send(.post, "/v1/batches", Data(count: 1_000)).status == .badRequest)
        }
    }

    @Test func anAgentThatSendsTooOftenWaits() async throws {
        let harness = try WebHarness { $0.limits.agentRequests = RateLimit(perSecond: 0.5, burst: 2) }
        let agent = try await harness.agent(site: "here")
        let batch = try agent.batch([makePassage()])
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await browser.send(.post, "/v1/batches", batch.body).status == .ok)
            #expect(try await browser.send(.post, "/v1/batches", batch.body).status == .ok)
            let answer = try await browser.send(.post, "/v1/batches", batch.body)
            #expect(answer.status == .tooManyRequests)
            #expect(answer.headers[.retryAfter] == "2")
            harness.now += 2
            #expect(try await browser.send(.post, "/v1/batches", batch.body).status == .ok)
        }
    }
}
