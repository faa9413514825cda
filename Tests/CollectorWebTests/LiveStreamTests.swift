import CollectorDomain
import CollectorStore
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import CollectorWeb

/// What a live stream does with readers that are slow or gone.
@Suite struct LiveStreamTests {
    /// What a reader was sent.
    private final class Sent: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    /// Takes so many events and then nothing any more, without an error, as a full TCP window does.
    private struct Reader: ResponseBodyWriter {
        let sent: Sent
        var taken = Int.max
        var delay = Duration.zero

        mutating func write(_ buffer: ByteBuffer) async throws {
            guard sent.all.count < taken else {
                try await Task.sleep(for: .seconds(86_400))
                return
            }
            try await Task.sleep(for: delay)
            sent.add(String(buffer: buffer))
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private func stream(_ harness: WebHarness, token: Data) async throws -> LiveStream {
        let services = harness.site.services
        let session = try #require(try await services.gatekeeper.session(token: token))
        let visit = Visit(
            session: session, token: token, form: .empty, gatekeeper: services.gatekeeper,
            client: Client(address: "192.0.2.10", isLoopback: false, isSecure: false))
        return LiveStream(
            services: services, visit: visit, strings: services.pages.tables[.vietnamese],
            logger: Logger(label: "test"))
    }

    @Test(.timeLimit(.minutes(2)), arguments: [0, 1, 3]) func aReaderThatTakesNothingMoreIsLetGo(taken: Int)
        async throws
    {
        // Long against what a busy machine makes a task wait: only the reader that takes nothing is to be cut off.
        let harness = try WebHarness { $0.limits.slowReaderTimeout = .seconds(5) }
        let token = try await harness.session(of: try await harness.person(.viewer))
        let stream = try await stream(harness, token: token)
        let sent = Sent()
        var writer: any ResponseBodyWriter = Reader(sent: sent, taken: taken)
        await #expect(throws: CancellationError.self) { try await stream.run(from: nil, to: &writer) }
        #expect(sent.all.count == taken)
    }

    @Test(.timeLimit(.minutes(2))) func aSlowReaderIsStillAskedForItsSession() async throws {
        let harness = try WebHarness()
        let token = try await harness.session(of: try await harness.person(.viewer))
        let stream = try await stream(harness, token: token)
        let sent = Sent()
        // Slower than the heartbeat: beats come while it is being waited for.
        var writer: any ResponseBodyWriter = Reader(sent: sent, delay: .milliseconds(50))
        async let ending: Void = {
            while sent.all.count < 4 { try await Task.sleep(for: .milliseconds(2)) }
            try await harness.store.closeSession(token: token)
        }()
        try await stream.run(from: nil, to: &writer)
        try await ending
        #expect(sent.all.last?.hasPrefix("event: ended\n") == true)
    }
}
