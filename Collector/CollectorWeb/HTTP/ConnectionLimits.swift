import Hummingbird
public import HummingbirdCore
import NIOCore

/// Bounds on connections and on heads of requests, which are read before any route is known.
public struct ConnectionLimits: Hashable, Sendable {
    /// Most connections at once; more wait in the kernel's queue.
    public var connections = 1_024
    /// Most bytes of one header field, or of the request line.
    public var headerFieldBytes = 8 << 10
    /// Most bytes of all header fields.
    public var headerBytes = 32 << 10
    /// Most header fields.
    public var headerFields = 100
    /// A connection is closed when no part of a request came for so long: idle ones, and those that send a head slowly.
    public var idleSeconds: Int64 = 30

    /// The defaults.
    public init() {}

    /// HTTP/1 with these limits. Header limits need swift-nio 2.100: before it one request could hold any number.
    public var server: HTTPServerBuilder {
        .http1(
            configuration: .init(
                additionalChannelHandlers: [BrokenRequestHandler()],
                idleTimeout: .seconds(idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: headerFieldBytes, maxHeaderListSize: headerBytes,
                    maxHeaderFieldCount: headerFields)))
    }
}
