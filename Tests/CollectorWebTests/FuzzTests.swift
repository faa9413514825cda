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

/// Random requests: every answer is below 500, and the collector goes on.
@Suite struct FuzzTests {
    @Test func randomRequestsNeverBreakAnything() async throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["SEED"] ?? "") ?? 7
        var random = SeededGenerator(seed: seed)
        let harness = try WebHarness { $0.limits.addressRequests = RateLimit(perSecond: 1e6, burst: 1e6) }
        let agent = try await harness.agent(site: "here")
        let token = try await harness.session(of: try await harness.person(.administrator))
        let routes = harness.site.routes.filter { $0.path != "/live/stream" && $0.path != "/logout" }
        let good = try agent.batch([makePassage()]).body
        for index in 0..<400 {
            let route = routes.randomElement(using: &random)!
            let path = Self.path(route.path, &random)
            let body = Self.body(good, &random)
            var headers: HTTPFields = [:]
            for name: HTTPField.Name in [.authorization, .contentRange, .cookie, .accept, .forwardedFor, .lastEventID] {
                if Bool.random(using: &random) { headers[name] = Self.text(&random) }
            }
            let isLogged = Bool.random(using: &random)
            try await harness.run { [headers] (browser: Browser) async throws -> Void in
                let visitor = browser.logged(in: isLogged ? token : nil)
                let answer =
                    route.method == .get || route.method == .head
                    ? try await visitor.get(path, headers: headers, method: route.method)
                    : try await visitor.send(route.method, path, body, headers: headers)
                #expect(answer.status.code < 500, "seed \(seed), request \(index): \(route.method) \(path)")
            }
        }
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await browser.logged(in: token).get("/live").status == .ok)
        }
    }

    private static func path(_ template: String, _ random: inout SeededGenerator) -> String {
        var path = template.replacing(/\{[a-z0-9]+\}/) { _ in "%XX" }
        while let place = path.range(of: "%XX") { path.replaceSubrange(place, with: word(&random)) }
        return Bool.random(using: &random)
            ? path : path + "?day=\(word(&random))&to=\(word(&random))&after=\(word(&random))"
    }

    private static func word(_ random: inout SeededGenerator) -> String {
        let words = [
            "", "0", "-1", "9223372036854775808", "..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "a%20b", "2026-11-20",
            "2026-02-30", "%27%3B%20DROP%20TABLE%20user", String(repeating: "a", count: 64),
            String(repeating: "f", count: 2_000), "1e9", "%F0%9F%9A%A6",
        ]
        return words[Int.random(in: 0..<words.count, using: &random)]
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let words = [
            "NgaTu ", "NgaTu aa:bb", "bytes 0-1/2", "bytes 5-1/9", "ngatu_session=", "*/*", "text/html", "::1,", "=;,=",
        ]
        return words[Int.random(in: 0..<words.count, using: &random)]
            + String(UInt64.random(in: 0...999_999, using: &random))
    }

    private static func body(_ good: Data, _ random: inout SeededGenerator) -> Data {
        var body =
            Bool.random(using: &random) ? good : Data((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
        for _ in 0..<Int.random(in: 0...3, using: &random) where !body.isEmpty {
            body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return body.prefix(Int.random(in: 0...body.count, using: &random))
    }
}
