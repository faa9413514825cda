/// Decides when to connect to a camera again. Pure: time and chance come in as arguments.
///
/// Waiting doubles from 1 s to 30 s, each time between half and all of it by chance, so that the cameras of a site do
/// not come back in step. A camera that refuses our password is asked every five minutes: it may lock us out, and somebody
/// may correct it. One that refuses the stream may only be starting up (many answer 404 until their encoder runs), so the
/// waits double up to those five minutes. There is no giving up. A connection that delivered for a while begins anew.
public struct ReconnectMachine: Sendable {
    /// What to do next.
    public enum Action: Hashable, Sendable {
        /// Connect now.
        case connect
        /// Wait that long, then ask again with ``ReconnectMachine/waited()``.
        case wait(Duration)
    }

    /// The limits of waiting.
    public struct Configuration: Hashable, Sendable {
        /// The first wait.
        public var shortest: Duration = .seconds(1)
        /// The longest wait for a camera that is away.
        public var longest: Duration = .seconds(30)
        /// The wait for a camera that refuses our password, and the longest for one that refuses the stream.
        public var refused: Duration = .seconds(300)
        /// How long a connection must deliver pictures to count as healthy.
        public var healthyAfter: Duration = .seconds(30)

        /// The defaults: 1 s to 30 s, 5 min, healthy after 30 s.
        public init() {}
    }

    private let configuration: Configuration
    private var failuresInARow = 0
    private var firstPicture: Duration?

    /// Makes a machine for one camera.
    public init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// The first thing to do.
    public func start() -> Action { .connect }

    /// The wait is over.
    public func waited() -> Action { .connect }

    /// A picture came. Cheap: call it for each.
    ///
    /// - Parameter now: a clock that never goes back.
    public mutating func pictureArrived(at now: Duration) {
        guard let firstPicture else { return firstPicture = now }
        if now - firstPicture >= configuration.healthyAfter { failuresInARow = 0 }
    }

    /// The connection failed or ended.
    ///
    /// - Parameters:
    ///   - kind: why.
    ///   - chance: a random number from 0 up to 1.
    public mutating func connectionEnded(_ kind: CaptureError.Kind, chance: Double) -> Action {
        firstPicture = nil
        let full: Duration
        switch kind {
        case .unauthorized:
            full = configuration.refused
        case .unsupported:
            full = min(configuration.refused, configuration.shortest * Self.factor(failuresInARow))
        case .unreachable, .stalled, .malformed, .cancelled:
            full = min(configuration.longest, configuration.shortest * Self.factor(failuresInARow))
        }
        failuresInARow += 1
        return .wait(full * (0.5 + 0.5 * min(max(chance, 0), 1)))
    }

    private static func factor(_ failures: Int) -> Int { 1 << min(failures, 16) }
}
