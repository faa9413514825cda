import Hummingbird
import NIOCore

/// What is known of a request beside the request itself.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's IP address; nil in tests without a socket.
    let peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
