import BatchCodec
import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import CollectorWeb

/// Agents that wait for wanted films over real sockets on loopback.
@Suite struct FilmConnectionTests {
    @Test func anAgentThatHungUpIsHandedNothing() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .seconds(60) }
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeCameraHealth()], to: harness)
        let user = try await harness.person(.viewer)
        let signature = try RequestSignature.header(
            method: "GET", path: WantedClips.path, fields: ["run-1"], key: agent.key)
        let head =
            "GET \(WantedClips.path)?run=run-1 HTTP/1.1\r\nHost: a\r\nAuthorization: \(signature)\r\n\r\n"
        let waiting = harness.site.services.clipWaiting
        try await serve(harness) { port in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: head))
            while waiting.listening < 1 { try await Task.sleep(for: .milliseconds(2)) }
            // Nobody rings: what the end of the connection wakes finds a wish, and must leave it.
            let wish = ClipWish(camera: 1, from: harness.now - 60, to: harness.now, user: user.id)
            _ = try await harness.store.askForClip(wish, rules: ClipRules(), now: harness.now)
            try await channel.close()
            while waiting.count > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        let due = try await harness.store.handOutClips(agent: agent.id, run: "run-1", limit: 16, now: harness.now)
        #expect(due.count == 1)
    }

    /// The server ends although an agent waits.
    @Test func aCollectorThatEndsDoesNotWaitForItsAgents() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .seconds(3_600) }
        let agent = try await harness.agent(site: "here")
        let signature = try RequestSignature.header(
            method: "GET", path: WantedClips.path, fields: ["run-1"], key: agent.key)
        let head =
            "GET \(WantedClips.path)?run=run-1 HTTP/1.1\r\nHost: a\r\nAuthorization: \(signature)\r\n\r\n"
        try await serve(harness) { port in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: head))
            while harness.site.services.clipWaiting.count < 1 { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(harness.site.services.clipWaiting.count == 0)
    }

    /// Somebody begins to load a film and takes nothing of it: the place is free again.
    @Test func aSendingThatStandsStillIsEnded() async throws {
        let harness = try WebHarness {
            $0.limits.filmsPerUser = 1
            $0.limits.slowReaderTimeout = .seconds(4)  // long enough to be seen on a busy machine
        }
        let agent = try await harness.agent(site: "here")
        let film = Data((0..<(24 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        var record = makeCameraHealth()
        record.clip.alert = 1
        record.clip.evidence = [makeEvidence(film)]
        try await agent.deliver([record], to: harness)
        _ = try await harness.store.appendEvidence(
            sha256: makeEvidence(film).sha256, agent: agent.id, offset: 0, chunk: film, receivedAt: harness.now)
        let token = try await harness.session(of: try await harness.person(.viewer))
        let path = "/v1/evidence/\(hash(film))"
        let head = "GET \(path) HTTP/1.1\r\nHost: a\r\nCookie: \(SessionCookie.name)=\(Token.text(token))\r\n\r\n"
        let application = Application(
            router: harness.site.router(), server: ConnectionLimits().server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)))
        try await application.test(.live) { client in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .connect(host: "127.0.0.1", port: try #require(client.port)).get()
            try await channel.writeAndFlush(ByteBuffer(string: head))
            let viewer = Browser(client: client).logged(in: token)
            let large: HTTPFields = [.range: "bytes=0-262143"]
            let begin = ContinuousClock.now
            while try await viewer.get(path, headers: large).status != .tooManyRequests {
                try #require(ContinuousClock.now - begin < .seconds(90), "the place was never taken")
            }
            while try await viewer.get(path, headers: large).status == .tooManyRequests {
                try #require(ContinuousClock.now - begin < .seconds(90))
                try await Task.sleep(for: .milliseconds(20))
            }
            try await channel.close()
        }
    }

    /// Serves on a free port while the work runs; returns when the server has ended.
    private func serve(_ harness: WebHarness, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: harness.site.router(), server: ConnectionLimits().server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
        try await application.test(.live) { client in try await work(try #require(client.port)) }
    }
}
