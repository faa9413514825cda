import BatchCodec
import CollectorDomain
import CollectorStore
import Foundation
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
            while waiting.count < 1 { try await Task.sleep(for: .milliseconds(2)) }
            try await channel.close()
            while waiting.count > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        let wish = ClipWish(camera: 1, from: harness.now - 60, to: harness.now, user: user.id)
        _ = try await harness.store.askForClip(wish, rules: ClipRules(), now: harness.now)
        waiting.ring(agent.id)
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
