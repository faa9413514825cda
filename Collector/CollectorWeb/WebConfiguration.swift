public import CollectorDomain
public import Foundation

/// How the web side of a collector behaves. Every figure has a default that suits a commune on one small machine.
public struct WebConfiguration: Sendable {
    /// What the collector calls itself on pages and towards agents.
    public var collectorName = "NgaTu"
    /// Folders with Debian's `chart.js/` and `leaflet/`, tried in order.
    public var vendorDirectories = [URL(fileURLWithPath: "/usr/share/javascript")]
    /// Addresses or CIDR ranges of reverse proxies whose `X-Forwarded-For` and `-Proto` are believed. `local` stands
    /// for peers without an address (a Unix socket).
    public var trustedProxies: [String] = []
    /// Cookies get the attribute `Secure` on every answer; set when the collector itself speaks TLS.
    public var servesTLS = false
    /// The cost of a password hash.
    public var passwordCost = PasswordCost.standard
    /// The limits on requests.
    public var limits = RequestLimits()
    /// The clock.
    public var now: @Sendable () -> Date = { Date() }

    /// The defaults.
    public init() {}
}

/// Bounds on what one client may ask of the collector.
public struct RequestLimits: Hashable, Sendable {
    /// Most bytes of a batch as sent.
    public var batchBytes = 8 << 20
    /// Most bytes of one piece of an evidence file.
    public var evidenceChunkBytes = 1 << 20
    /// Most bytes of batches and pieces that are held in memory at one time; beyond them requests are told to come again.
    public var bodyBytesInFlight = 128 << 20
    /// Most bytes of a form or of a JSON request.
    public var formBytes = 16 << 10
    /// A request body must have arrived after so long.
    public var bodyTimeout = Duration.seconds(60)
    /// Requests a second that one agent may make over a long time, and how many at once.
    public var agentRequests = RateLimit(perSecond: 50, burst: 200)
    /// The same for requests of one address before its key or login is known.
    public var addressRequests = RateLimit(perSecond: 200, burst: 1_000)
    /// The same for enrolments of one address: a code has 59 bits, so this is for the log's sake.
    public var enrolments = RateLimit(perSecond: 0.2, burst: 10)
    /// An agent that asks for wanted films is answered after so long at the latest; below the idle time of connections.
    public var clipPoll = Duration.seconds(20)
    /// Agents that may wait for wanted films at one time.
    public var clipPolls = 300
    /// Large files that may be on their way to one person.
    public var filmsPerUser = 32
    /// The same to all people.
    public var films = 256
    /// What films may be asked for.
    public var clips = ClipRules()
    /// Live streams that one person may hold open.
    public var streamsPerUser = 8
    /// Live streams in all.
    public var streams = 200
    /// A live page hears something at least this often.
    public var heartbeat = Duration.seconds(10)
    /// Updates of one live page are gathered for so long.
    public var updateInterval = Duration.milliseconds(200)
    /// A reader that takes nothing for so long is let go.
    public var slowReaderTimeout = Duration.seconds(60)

    /// The defaults.
    public init() {}
}
