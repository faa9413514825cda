import NIOCore
import NIOHTTP1

/// Ends a connection whose request cannot be parsed: reads nothing more of it, and closes it once the refusal had time
/// to reach the client.
///
/// Without it the server only closes its own side and waits for the client's: it would take in, and throw away, whatever
/// a hostile client goes on sending until the connection is idle for long enough.
final class BrokenRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// Longer than a refusal takes to an honest client.
    static let grace: TimeAmount = .seconds(1)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(error)  // the refusal is written behind this
        guard error is HTTPParserError else { return }
        let channel = context.channel
        channel.setOption(.autoRead, value: false)
            .whenComplete { _ in channel.eventLoop.scheduleTask(in: Self.grace) { channel.close(promise: nil) } }
    }
}
