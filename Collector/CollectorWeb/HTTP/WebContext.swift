import Foundation
public import Hummingbird
import NIOCore

/// What is known of a request beside the request itself.
public struct WebContext: RequestContext {
    /// Hummingbird's part.
    public var coreContext: CoreRequestContextStorage
    /// The peer's IP address; nil for a Unix socket.
    let peer: String?
    /// Who is behind the peer; filled in by ``ClientMiddleware``.
    var client: Client
    /// The language of the answer.
    var language = Language.vietnamese

    /// Takes what the connection tells.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
        client = Client(address: peer ?? Client.local, isLoopback: false, isSecure: false)
    }
}

/// The client of a request, seen through trusted proxies.
struct Client: Hashable, Sendable {
    /// The name of a peer without an address.
    static let local = "local"
    /// IP address, or ``local``.
    var address: String
    /// On this machine, with no proxy between.
    var isLoopback: Bool
    /// The browser's connection is encrypted.
    var isSecure: Bool
}
