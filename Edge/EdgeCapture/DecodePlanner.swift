/// Decides, packet by packet, what is decoded and what is analysed. Pure: times come in as arguments.
///
/// Decoding costs forty times what looking for motion costs, and most cameras see nothing most of the time. So an idle
/// camera decodes key frames only. When one of them shows motion, what came since the last look is decoded from its key
/// frame, faster than real time, so that the beginning of what moved is analysed too; then everything is decoded until
/// the picture has been quiet for a while. A jump in the size of packets makes it look sooner, but decides nothing.
public struct DecodePlanner: Sendable {
    /// When to decode.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// As much as what moves asks for.
        case adaptive
        /// Every picture, always.
        case always
    }

    /// How a camera is to be decoded.
    public struct Configuration: Hashable, Sendable {
        /// The default is adaptive.
        public var mode = Mode.adaptive
        /// The shortest time between two analysed pictures of an active camera: 33 ms by default, 30 a second. At half
        /// that rate a twentieth of the vehicles of a motorway seen from near were lost, and analysing costs a
        /// twentieth of decoding.
        public var analysisInterval: Duration = .milliseconds(33)
        /// How long nothing must move before the camera is idle.
        public var quietAfter: Duration = .seconds(5)
        /// How long a new session is watched whole: the background is learned.
        public var learning: Duration = .seconds(5)
        /// Where every picture is a key frame, an idle camera is looked at this often.
        public var lookInterval: Duration = .milliseconds(900)
        /// How far analysis may fall behind the stream before pictures are given up.
        public var longestLag: Duration = .seconds(2)
        /// Key frames farther apart than this make a camera be decoded always: its pre-roll does not hold a GOP.
        public var longestGOP: Duration = .seconds(10)
        /// Key frames at most so far apart allow for cheap decoding between them.
        public var longestRoughGOP: Duration = .milliseconds(2500)

        /// The defaults.
        public init() {}
    }

    /// What a camera's decoder is doing.
    public enum State: String, Hashable, Sendable {
        /// Key frames only.
        case idle
        /// Decodes what was buffered, faster than real time.
        case waking
        /// Everything.
        case active
    }

    /// What to do with a packet.
    public enum Step: Hashable, Sendable {
        /// Leave it.
        case skip
        /// Decode this key frame alone and look whether anything moves.
        case look
        /// Decode everything since the key frame up to this packet, and look at the last picture.
        case lookBack
        /// Decode it; the picture is analysed if its time has come.
        case decode
        /// Go back to the key frame of what was not analysed, and decode from there.
        case wake
        /// Too far behind: go on with the newest key frame.
        case catchUp
    }

    /// What is to be known of a packet.
    public struct Packet: Hashable, Sendable {
        /// Counts the connections.
        public var session: Int
        /// Stream time.
        public var time: Duration
        /// A decoder can begin here.
        public var isKey: Bool
        /// Size of the payload.
        public var byteCount: Int
        /// How far it lies behind the newest packet that has come.
        public var lag: Duration

        /// Describes a packet.
        public init(session: Int, time: Duration, isKey: Bool, byteCount: Int, lag: Duration) {
            self.session = session
            self.time = time
            self.isKey = isKey
            self.byteCount = byteCount
            self.lag = lag
        }
    }

    /// What the decoder is doing.
    public private(set) var state = State.active
    /// Why an adaptive camera is decoded always; nil where it is not.
    public private(set) var pinned: String?
    /// How often it could not keep up and went on with the newest key frame.
    public private(set) var catchUpCount: UInt64 = 0

    /// Whether key frames come so often that pictures may be decoded the cheap way between them.
    ///
    /// Without the loop filter each picture differs a little more from what the camera saw than the one before. With key
    /// frames every 2 s that cost no count on the clips it was measured with; see Edge/README.md.
    public private(set) var hasShortGOPs = false

    private let configuration: Configuration
    private var session: Int?
    private var lastKey: Duration?
    private var busyUntil: Duration = .zero
    private var nextAnalysis: Duration = .zero
    private var lastLook: Duration?
    private var hint = PacketSizeHint()
    private var wantsKey = true
    private var goesBack = false
    private var isPinnedByGOP = false
    /// Key frames in a row that came in time.
    private var goodGOPs = 0
    private var slowedAt: Duration?
    /// How many times longer than asked for the time between two analysed pictures is: 1 unless the box is overloaded.
    public private(set) var slowdown = 1

    /// Makes a planner for one camera.
    public init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// What to do with the next packet of the stream.
    public mutating func plan(_ packet: Packet) -> Step {
        if packet.session != session { begin(packet) }
        if packet.isKey { noteKey(packet.time) }
        checkGOP(packet.time)
        if goesBack {
            goesBack = false
            return .wake
        }
        noteLoad(packet)
        if isTooFarBehind(packet) { return catchUp() }
        if state == .waking, packet.lag < .milliseconds(200) { state = .active }
        if state != .idle, packet.isKey, isQuiet(at: packet.time) { goIdle() }
        if wantsKey && !packet.isKey { return .skip }
        wantsKey = false
        return state == .idle ? idleStep(packet) : .decode
    }

    /// Whether a decoded picture is to be analysed; asked once for each.
    public mutating func takes(_ time: Duration) -> Bool {
        guard configuration.mode == .adaptive else { return true }
        let interval = configuration.analysisInterval * slowdown
        guard time >= nextAnalysis - interval / 8 else { return false }
        // From the plan, not from the picture: else 25 a second would become 8 where 12.5 are asked for.
        let isSteady = time - nextAnalysis < interval
        nextAnalysis = (isSteady ? nextAnalysis : time) + interval
        return true
    }

    /// What an analysed picture showed.
    public mutating func analysed(isBusy: Bool, at time: Duration) {
        if isBusy { busyUntil = max(busyUntil, time + configuration.quietAfter) }
    }

    /// What a look showed: true wakes the camera.
    public mutating func looked(isMoving: Bool, at time: Duration) {
        lastLook = time
        hint.looked()
        guard isMoving, state == .idle else { return }
        state = .waking
        busyUntil = time + configuration.quietAfter
        nextAnalysis = .zero
        wantsKey = true
    }

    /// Decoding of key frames alone gives no picture on this stream.
    public mutating func keyFramesAreNotEnough() { pin("key frames alone give no picture") }

    private mutating func begin(_ packet: Packet) {
        session = packet.session
        state = .active
        (pinned, isPinnedByGOP, goodGOPs, goesBack) = (nil, false, 0, false)  // somebody may have corrected the camera
        slowdown = 1
        lastKey = nil
        hasShortGOPs = false
        lastLook = nil
        busyUntil = packet.time + configuration.learning
        nextAnalysis = .zero
        slowedAt = nil
        wantsKey = true
        hint = PacketSizeHint()
    }

    private mutating func noteKey(_ time: Duration) {
        if let lastKey, time <= lastKey {
            // Gone back in the ring: this one was seen before.
        } else if let lastKey {
            hasShortGOPs = time - lastKey <= configuration.longestRoughGOP
            goodGOPs = time - lastKey <= configuration.longestGOP ? goodGOPs + 1 : 0
        } else {
            busyUntil = max(busyUntil, time + configuration.learning)  // nothing can be learned before the first one
        }
        if isPinnedByGOP, goodGOPs >= 5 { (pinned, isPinnedByGOP) = (nil, false) }  // a gap in the stream, no habit
        lastKey = time
    }

    private mutating func checkGOP(_ time: Duration) {
        guard let lastKey, time - lastKey > configuration.longestGOP else { return }
        isPinnedByGOP = isPinnedByGOP || pinned == nil
        pin("key frames are more than \(configuration.longestGOP) apart")
    }

    private mutating func pin(_ reason: String) {
        pinned = pinned ?? reason
        guard state == .idle else { return }
        // The next key frame may be far: what was left undecoded since the last one is still there.
        state = .waking
        goesBack = true
        wantsKey = true
    }

    private func isQuiet(at time: Duration) -> Bool {
        configuration.mode == .adaptive && pinned == nil && time >= busyUntil
    }

    private mutating func goIdle() {
        state = .idle
        hint = PacketSizeHint()
        (slowdown, slowedAt) = (1, nil)
    }

    private mutating func idleStep(_ packet: Packet) -> Step {
        guard packet.isKey else {
            return hint.isSuspicious(packet.byteCount, at: packet.time) ? .lookBack : .skip
        }
        if let lastLook, packet.time - lastLook < configuration.lookInterval { return .skip }
        return .look
    }

    private func isTooFarBehind(_ packet: Packet) -> Bool {
        guard state != .idle, !wantsKey else { return false }
        // Waking begins as far back as a GOP reaches.
        return packet.lag > configuration.longestLag + (state == .waking ? configuration.longestGOP : .zero)
    }

    private mutating func catchUp() -> Step {
        catchUpCount += 1
        wantsKey = true
        state = .active
        return .catchUp
    }

    /// A camera that falls behind is analysed at half the rate, then at a quarter; when all is well again, the way back.
    private mutating func noteLoad(_ packet: Packet) {
        // Waking is behind by its nature, but not for long.
        let isCatchingUp = state == .waking && packet.time < (lastLook ?? packet.time) + .seconds(5)
        guard state != .idle, !isCatchingUp, configuration.mode == .adaptive else { return }
        let isBehind = packet.lag > configuration.longestLag / 3
        let since = packet.time - (slowedAt ?? packet.time - .seconds(3600))
        if isBehind, since > .seconds(2) {
            slowdown = min(4, slowdown * 2)
            slowedAt = packet.time
        } else if slowdown > 1, since > .seconds(15), packet.lag < configuration.longestLag / 20 {
            slowdown = max(1, slowdown / 2)
            slowedAt = packet.time
        }
    }
}

/// Notices that packets of an idle camera have become larger than they were. Pure.
///
/// In a quiet scene the pictures between key frames carry noise alone, so their sizes are steady; where an encoder
/// nevertheless makes them swing, only what stands out of the swing counts.
struct PacketSizeHint: Hashable, Sendable {
    private static let settling = 25
    private var usual: Double?
    private var swing = 0.0
    private var seen = 0
    private var larger = 0
    private var next: Duration?
    private var fruitless = 0

    /// Whether a packet between key frames, with those before it, is a reason to look.
    mutating func isSuspicious(_ byteCount: Int, at time: Duration) -> Bool {
        let size = Double(byteCount)
        let usual = usual ?? size
        let isLarger = size > usual * 1.4 + swing * 4 + 200
        larger = isLarger ? larger + 1 : 0
        learn(size, usual, isLarger)
        guard seen > Self.settling, larger >= 3, time >= next ?? .zero else { return false }
        // What is still small at the picture's border may show the next time: only the fourth look for nothing slows.
        next = time + min(.milliseconds(320) * (1 << max(0, fruitless - 3)), .seconds(30))
        fruitless = min(fruitless + 1, 10)
        return true
    }

    /// The look is over.
    mutating func looked() { larger = 0 }

    private mutating func learn(_ size: Double, _ usual: Double, _ isLarger: Bool) {
        seen += 1
        // Quick at first; what stands out is learned slowly, or it would soon be usual.
        let pace = seen > Self.settling && isLarger ? 0.02 : 0.1
        self.usual = usual + (size - usual) * pace
        swing += (abs(size - usual) - swing) * pace
    }
}
