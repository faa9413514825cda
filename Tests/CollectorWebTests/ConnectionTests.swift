import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import CollectorWeb

/// What a hostile or broken connection can do to the server: real sockets on loopback.
@Suite(.serialized) struct ConnectionTests {
    /// Serves on a free port while the work runs.
    private func serve(
        _ harness: WebHarness, _ limits: ConnectionLimits = ConnectionLimits(),
        _ work: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: harness.site.router(), server: limits.server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
        try await application.test(.live) { client in try await work(try #require(client.port)) }
    }

    /// Whether the peer has ended the connection.
    private final class PeerEnd: Sendable {
        let isHere = Mutex(false)
    }

    /// Sends bytes until the peer closes; answers how many were taken and what came back.
    private func talk(
        to port: Int, _ pieces: @escaping @Sendable (Int) -> ByteBuffer?, limit: Int = 1_000_000
    ) async throws -> (sent: Int, answer: String) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let end = PeerEnd()
            return try await withThrowingTaskGroup(of: (Int, String).self) { group in
                group.addTask {
                    var sent = 0
                    do {
                        for index in 0..<limit {
                            // Writes to a closed channel may vanish without an error: they would count as taken.
                            guard !end.isHere.withLock({ $0 }), let piece = pieces(index) else { break }
                            try await outbound.write(piece)
                            sent += piece.readableBytes
                            await Task.yield()  // the end is seen by the other task
                        }
                    } catch {}  // closed by the peer: what is tested
                    return (sent, "")
                }
                group.addTask {
                    var answer = ""
                    // A reset by the peer ends the answer, as its end does.
                    do { for try await part in inbound { answer += String(buffer: part) } } catch {}
                    end.isHere.withLock { $0 = true }
                    return (0, answer)
                }
                var result = (0, "")
                for try await (sent, answer) in group { result = (result.0 + sent, result.1 + answer) }
                return result
            }
        }
    }

    @Test func endlessHeadersEndTheConnectionAndNothingElse() async throws {
        let harness = try WebHarness()
        try await serve(harness) { port in
            let line = ByteBuffer(string: "X-Filler: " + String(repeating: "a", count: 1_000) + "\r\n")
            let many = try await talk(to: port) {
                $0 == 0 ? ByteBuffer(string: "GET /login HTTP/1.1\r\nHost: a\r\n") : line
            }
            #expect(many.sent < 100_000_000)
            #expect(many.answer.isEmpty || many.answer.hasPrefix("HTTP/1.1 4"))
            // One header field that never ends.
            let filler = ByteBuffer(string: String(repeating: "b", count: 10_000))
            let long = try await talk(to: port) {
                $0 == 0 ? ByteBuffer(string: "GET /login HTTP/1.1\r\nHost: a\r\nX-Long: ") : filler
            }
            #expect(long.sent < 100_000_000)
            #expect(try await alive(port))
        }
    }

    @Test func aHeadThatNeverEndsIsCutOff() async throws {
        let harness = try WebHarness()
        var limits = ConnectionLimits()
        limits.idleSeconds = 1
        try await serve(harness, limits) { port in
            let start = ContinuousClock.now
            let answer = try await talk(to: port) {
                $0 == 0 ? ByteBuffer(string: "GET /login HTTP/1.1\r\nHost: a\r\n") : nil
            }
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(!answer.answer.hasPrefix("HTTP/1.1 200"))
            #expect(try await alive(port))
        }
    }

    @Test func aBodyThatNeverArrivesIsAnsweredInTime() async throws {
        let harness = try WebHarness { $0.limits.bodyTimeout = .milliseconds(200) }
        try await serve(harness) { port in
            let head = "POST /v1/batches HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nabc"
            let answer = try await talk(to: port) { $0 == 0 ? ByteBuffer(string: head) : nil }
            #expect(answer.answer.hasPrefix("HTTP/1.1 408"))
            #expect(try await alive(port))
        }
    }

    @Test func aBodyLargerThanTheLimitIsNotRead() async throws {
        let harness = try WebHarness { $0.limits.batchBytes = 100_000 }
        try await serve(harness) { port in
            let piece = ByteBuffer(repeating: 7, count: 65_536)
            let chunk = ByteBuffer(string: "10000\r\n")
            let answer = try await talk(to: port) { index in
                if index == 0 {
                    return ByteBuffer(
                        string:
                            "POST /v1/batches HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    )
                }
                var buffer = chunk
                buffer.writeImmutableBuffer(piece)
                buffer.writeString("\r\n")
                return index < 2_000 ? buffer : nil
            }
            #expect(answer.answer.hasPrefix("HTTP/1.1 413"))
            #expect(answer.sent < 100_000_000)
            #expect(try await alive(port))
        }
    }

    @Test func monitorsOnThisMachineNeedNoLogInAndOthersDo() async throws {
        let harness = try WebHarness { $0.trustedProxies = [] }
        try await serve(harness) { port in
            for path in ["/healthz", "/readyz", "/metrics"] {
                let local = try await ask(port, "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(local.hasPrefix("HTTP/1.1 200"), "\(path)")
                let proxied = try await ask(
                    port, "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n"
                )
                #expect(proxied.hasPrefix("HTTP/1.1 401"), "\(path)")
            }
        }
    }

    /// Whether the server still answers. Asks more than once: with a short idle limit a busy machine may be too slow for
    /// one request, but no machine makes a dead server answer.
    private func alive(_ port: Int) async throws -> Bool {
        for _ in 0..<20 {
            let answer = try await ask(port, "GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            if answer.hasPrefix("HTTP/1.1 200") { return true }
        }
        return false
    }

    private func ask(_ port: Int, _ request: String) async throws -> String {
        try await talk(to: port) { $0 == 0 ? ByteBuffer(string: request) : nil }.answer
    }
}
