import EdgeOutbox
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// A real HTTP server on a free port of the loopback, which hands each request to a fake collector.
final class LoopbackServer: Sendable {
    private let channel: any Channel

    init(_ collector: any CollectorTransport) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(collector))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func url() throws -> URL {
        try #require(URL(string: "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"))
    }

    func close() async throws { try await channel.close() }
}

private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let collector: any CollectorTransport
    private var head: HTTPRequestHead?
    private var body = Data()

    init(_ collector: any CollectorTransport) { self.collector = collector }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = Data()
        case .body(let part): body += Data(part.readableBytesView)
        case .end: answer(on: context.channel)
        }
    }

    private func answer(on channel: any Channel) {
        guard let head else { return }
        var headers: [String: String] = [:]
        for (name, value) in head.headers { headers[name.lowercased()] = value }
        let request = CollectorRequest(method: head.method.rawValue, path: head.uri, headers: headers, body: body)
        let collector = collector
        Task {
            guard let response = try? await collector.send(request) else { return try await channel.close() }
            var fields = HTTPHeaders(response.headers.map { ($0.key, $0.value) })
            fields.add(name: "content-length", value: "\(response.body.count)")
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: fields)
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
            try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        }
    }
}
