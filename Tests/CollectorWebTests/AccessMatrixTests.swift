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

/// Every route of the collector for every kind of person. A new route fails here until it is listed.
@Suite struct AccessMatrixTests {
    /// Who asks.
    enum Visitor: String, CaseIterable {
        case stranger, administrator, administratorElsewhere, operatorHere, operatorElsewhere, viewerHere
        case viewerElsewhere, firstPassword
    }

    /// What a route answers to a visitor whose request is well formed. Routes are named `METHOD path`.
    private static let expectations: [String: @Sendable (Visitor) -> Set<Int>] = [
        "POST /v1/batches": { _ in [400] },
        "HEAD /v1/evidence/{sha256}": { _ in [401] },
        "PUT /v1/evidence/{sha256}": { _ in [401] },
        "GET /v1/clip-requests": { _ in [401] },
        "POST /v1/enrolments": { _ in [400] },
        "GET /v1/evidence/{sha256}": byObject(allowed: 200),
        "GET /healthz": people(200),
        "GET /readyz": people(200),
        "GET /metrics": only([.administrator], 200, [.administratorElsewhere: 404], else: 403),
        "GET /openapi.json": { _ in [200] },
        "GET /login": { $0 == .stranger ? [200] : [303] },
        "POST /login": { _ in [200] },
        "POST /logout": { $0 == .stranger ? [401] : [303] },
        "GET /password": { $0 == .stranger ? [401] : [200] },
        "POST /password": { $0 == .stranger ? [401] : [422] },
        "GET /language/{code}": { _ in [303] },
        "GET /": { _ in [303] },
        "GET /live": people(200),
        "GET /live/stream": people(200),
        "GET /cameras": people(200),
        "GET /cameras/{id}": byObject(allowed: 200),
        "GET /cameras/{id}/films": byObject(allowed: 303),
        "POST /cameras/{id}/films": byObject(allowed: 303),
        // A film that somebody else asked for.
        "POST /cameras/{id}/films/{film}/cancel": { visitor in
            visitor == .viewerHere ? [403] : byObject(allowed: 303)(visitor)
        },
        "GET /agents": only(
            [.administrator, .administratorElsewhere, .operatorHere, .operatorElsewhere], 200, else: 403),
        "POST /agents/codes": only([.administrator], 200, [.administratorElsewhere: 404], else: 403),
        "GET /agents/{id}/revoke": only([.administrator], 200, [.administratorElsewhere: 404], else: 403),
        "POST /agents/{id}/revoke": only([.administrator], 303, [.administratorElsewhere: 404], else: 403),
        "GET /assets/{name}": { _ in [200] },
        "GET /assets/vendor/{name}": { _ in [200, 404] },
    ]

    private static func people(_ status: Int) -> @Sendable (Visitor) -> Set<Int> {
        { $0 == .stranger ? [401] : $0 == .firstPassword ? [403] : [status] }
    }

    private static func byObject(allowed: Int) -> @Sendable (Visitor) -> Set<Int> {
        { visitor in
            switch visitor {
            case .stranger: [401]
            case .firstPassword: [403]
            case .administratorElsewhere, .operatorElsewhere, .viewerElsewhere: [404]
            default: [allowed]
            }
        }
    }

    private static func only(
        _ allowed: Set<Visitor>, _ status: Int, _ others: [Visitor: Int] = [:], else refused: Int
    ) -> @Sendable (Visitor) -> Set<Int> {
        { visitor in
            if visitor == .stranger { return [401] }
            if visitor == .firstPassword { return [403] }
            return [allowed.contains(visitor) ? status : others[visitor] ?? refused]
        }
    }

    @Test func everyRouteIsListed() throws {
        let routes = try WebHarness().site.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(routes) == Set(Self.expectations.keys))
        #expect(Set(routes).count == routes.count)
    }

    @Test(arguments: Visitor.allCases) func everyRouteAnswersAsListed(visitor: Visitor) async throws {
        let harness = try WebHarness()
        let still = Data("a still".utf8)
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makePassage(at: harness.now, still: still)], to: harness)
        _ = try await harness.store.appendEvidence(
            sha256: Data(hexadecimal: hash(still))!, agent: agent.id, offset: 0, chunk: still, receivedAt: harness.now)
        let camera = try await harness.store.cameras(scope: .all, now: harness.now)[0].id
        let asker = try await harness.person(.viewer, login: "asker")
        let wish = ClipWish(camera: camera, from: harness.now - 60, to: harness.now, user: asker.id)
        guard case .asked(let film) = try await harness.store.askForClip(wish, rules: ClipRules(), now: harness.now)
        else { Issue.record("no film could be asked for"); return }
        let user = try await person(visitor, harness)
        for route in harness.site.routes {
            let name = "\(route.method.rawValue) \(route.path)"
            let rule = try #require(Self.expectations[name], "a new route: list it")
            let expected = rule(visitor)
            let path = Self.path(route.path, agent: agent.id, camera: camera, still: still, film: film.id)
            // A session a route: some routes end it.
            let token = try await user.asyncMap { try await harness.session(of: $0) }
            let status = try await harness.run { browser in
                try await Self.ask(browser.logged(in: token), route.method, path, harness, token)
            }
            #expect(expected.contains(status), "\(name) for \(visitor): \(status), expected \(expected)")
        }
    }

    private static func ask(
        _ browser: Browser, _ method: HTTPRequest.Method, _ path: String, _ harness: WebHarness, _ token: Data?
    ) async throws -> Int {
        if method == .post {
            let fields = [
                "site": "here", "old": "x", "date": LocalDay(containing: harness.now - 86_400).description,
                "time": "08:00:00", "seconds": "60",
            ]
            return try await browser.post(path, fields, headers: [.accept: "*/*"]).status.code
        }
        guard path == "/live/stream", let token else {
            return try await browser.get(path, accept: "*/*", method: method).status.code
        }
        // The stream goes on until the session ends.
        async let _ = harness.endSession(token, whenOpen: 1)
        return try await browser.get(path, accept: "*/*").status.code
    }

    private static func path(_ template: String, agent: Int64, camera: Int64, still: Data, film: UUID) -> String {
        template.replacing("{sha256}", with: hash(still)).replacing("{code}", with: "en")
            .replacing("{film}", with: film.uuidString)
            .replacing("/cameras/{id}", with: "/cameras/\(camera)").replacing("/agents/{id}", with: "/agents/\(agent)")
            .replacing("vendor/{name}", with: "vendor/chart.js").replacing("{name}", with: "app.css")
    }

    private func person(_ visitor: Visitor, _ harness: WebHarness) async throws -> User? {
        let here = SiteScope.sites(["here"])
        let elsewhere = SiteScope.sites(["elsewhere"])
        switch visitor {
        case .stranger: return nil
        case .administrator: return try await harness.person(.administrator)
        case .administratorElsewhere: return try await harness.person(.administrator, scope: elsewhere)
        case .operatorHere: return try await harness.person(.operatorRole, scope: here)
        case .operatorElsewhere: return try await harness.person(.operatorRole, scope: elsewhere)
        case .viewerHere: return try await harness.person(.viewer, scope: here)
        case .viewerElsewhere: return try await harness.person(.viewer, scope: elsewhere)
        case .firstPassword: return try await harness.person(.administrator, mustChange: true)
        }
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Value: Sendable>(_ change: (Wrapped) async throws -> Value) async throws -> Value? {
        guard let self else { return nil }
        return try await change(self)
    }
}
