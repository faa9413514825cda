import HummingbirdCore
import NIOCore

/// Bounds on connections and on heads of requests, which are read before any route is known. A few tools on site ask, so
/// they are tighter than the collector's, which are its own: no edge module may see one of the collector's.
struct ConnectionLimits: Sendable {
    /// Most connections at once; more wait in the kernel's queue.
    var connections = 32
    /// Most bytes of one header field, or of the request line.
    var headerFieldBytes = 4 << 10
    /// Most bytes of all header fields.
    var headerBytes = 16 << 10
    /// Most header fields.
    var headerFields = 64
    /// A connection is closed when no part of a request came for so long: idle ones, and those that send a head slowly.
    var idleSeconds: Int64 = 30

    /// HTTP/1 with these limits. Header limits need swift-nio 2.100: before it one request could hold any number.
    var server: HTTPServerBuilder {
        .http1(
            configuration: .init(
                additionalChannelHandlers: [BrokenRequestHandler()],
                idleTimeout: .seconds(idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: headerFieldBytes, maxHeaderListSize: headerBytes,
                    maxHeaderFieldCount: headerFields)))
    }
}
