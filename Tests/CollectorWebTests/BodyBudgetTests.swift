import BatchCodec
import CollectorDomain
import CollectorStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import CollectorWeb

/// What strangers can make the collector hold in memory.
@Suite struct BodyBudgetTests {
    @Test func sharesAreGivenBackAndNeverExceedTheBudget() throws {
        let budget = BodyBudget(limit: 100)
        var first: BodyShare? = budget.share()
        try first?.take(60)
        let second = budget.share()
        try second.take(40)
        #expect(throws: WebError.self) { try second.take(1) }
        #expect(budget.byteCount == 100)
        first = nil
        #expect(budget.byteCount == 40)
        try second.take(60)
    }

    @Test func beyondTheBudgetAgentsAreToldToComeAgain() async throws {
        let harness = try WebHarness { $0.limits.bodyBytesInFlight = 10_000 }
        let agent = try await harness.agent(site: "here")
        let batch = try agent.batch([makePassage()])
        try await harness.run { (browser: Browser) async throws -> Void in
            do {
                // Other requests, of strangers, whose bodies are still arriving.
                let others = harness.site.services.bodies.share()
                try others.take(10_000)
                let answer = try await browser.send(.post, "/v1/batches", batch.body)
                #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "2")
                #expect(harness.site.services.bodies.byteCount == 10_000)
                withExtendedLifetime(others) {}
            }
            #expect(harness.site.services.bodies.byteCount == 0)
            #expect(try await browser.send(.post, "/v1/batches", batch.body).status == .ok)
            // A body larger than all that may be held is refused while it arrives, and leaves nothing held.
            let large = try await browser.send(.post, "/v1/batches", Data(count: 10_001))
            #expect(large.status == .serviceUnavailable)
            #expect(try await browser.send(.post, "/v1/batches", Data(count: 9_999)).status == .badRequest)
        }
        #expect(harness.site.services.bodies.byteCount == 0)
        #expect(try await harness.store.statistics().records == 1)
    }
}
