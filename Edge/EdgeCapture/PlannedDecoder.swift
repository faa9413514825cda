public import EdgeCore
import EventModel

/// Reads a camera's ``PacketRing`` and decodes what ``DecodePlanner`` asks for. Belongs to the analysis thread.
///
/// Decoding on that thread, not on the one that receives, lets it stand back without holding up the stream, go back in
/// the ring when something moved, and keep a picture in the processor's cache until it is analysed.
public final class PlannedDecoder {
    /// What comes next.
    public enum Output {
        /// Analyse this picture, then say ``analysed(isBusy:)``.
        case frame(Frame)
        /// Only look whether anything moves in it, then say ``looked(isMoving:)``. A picture that shows nothing may be
        /// analysed as well; one that shows something comes again, after those before it.
        case look(Frame)
        /// Nothing came in time.
        case timeout
        /// The stream has ended for good.
        case closed
    }

    /// What was not analysed, and why.
    public struct Counters: Hashable, Sendable {
        /// Packets that were left undecoded because nothing moved.
        public var skipped: UInt64 = 0
        /// Packets that were given up because analysis was behind.
        public var dropped: UInt64 = 0
        /// Times that motion woke the camera.
        public var wakes: UInt64 = 0

        /// All zero.
        public init() {}
    }

    /// Since the beginning.
    public private(set) var counters = Counters()
    /// The session of the newest packet that was looked at.
    public private(set) var session = 0
    /// The plan.
    public private(set) var planner: DecodePlanner
    /// The decoder.
    public let decoder: FrameDecoder

    private let source: CaptureSource
    private let ring: PacketRing
    private var patience: PicturePatience
    private var position = 0
    /// The oldest packet whose picture was not analysed.
    private var unseen = 0
    /// The position at which the session began.
    private var begin = 0
    private var refused: Int?
    private var lookedAt: (position: Int, time: Duration)?
    /// Pictures up to this stream time were handed out.
    private var shown: (session: Int, time: Duration)?
    private var emptyLooks = 0
    private var isDrained = false

    /// Follows a ring from its present beginning, or from its newest key frame.
    public init(
        source: CaptureSource, ring: PacketRing, configuration: DecodePlanner.Configuration,
        beginsWithNewest: Bool = false
    ) {
        if beginsWithNewest { position = ring.keyPosition(before: ring.end) ?? ring.end }
        self.source = source
        self.ring = ring
        planner = DecodePlanner(configuration: configuration)
        decoder = FrameDecoder(source: source)
        patience = PicturePatience(source)
    }

    /// The next picture to analyse or to look at.
    ///
    /// - Parameter timeout: how long to wait for a packet; zero to take only what is there.
    /// - Throws: ``CaptureError``: the stream cannot be decoded. Another session may be.
    public func next(timeout: Duration) throws(CaptureError) -> Output {
        do throws(CaptureError) { return try advance(timeout) } catch {
            // What comes of this session cannot be used; the next one may.
            refused = session
            decoder.flush()
            throw error
        }
    }

    private func advance(_ timeout: Duration) throws(CaptureError) -> Output {
        let end = MonotonicClock.nanoseconds() + timeout.nanoseconds
        while true {
            if let frame = try pending() { return .frame(frame) }
            switch ring.read(position, timeout: timeout) {
            case .timeout: return .timeout
            case .closed:
                if isDrained { return .closed }
                isDrained = true
                decoder.drain()
            case .missed(let first): loseUpTo(first)
            case .packet(let packet):
                if let output = try take(packet) { return output }
                // Packets that are left undecoded must not keep the caller from what else it has to do.
                if timeout > .zero, MonotonicClock.nanoseconds() > end { return .timeout }
            }
        }
    }

    /// What ``Output/look(_:)`` showed.
    public func looked(isMoving: Bool) {
        guard let lookedAt else { return }
        self.lookedAt = nil
        patience.renew()
        planner.looked(isMoving: isMoving, at: lookedAt.time)
        decoder.flush()
        if isMoving {
            counters.wakes += 1
            goBack()
        } else {
            shown = (session, max(lookedAt.time, shown?.time ?? .zero))
            unseen = lookedAt.position + 1
        }
    }

    /// What the newest ``Output/frame(_:)`` showed.
    public func analysed(isBusy: Bool) {
        if let shown { planner.analysed(isBusy: isBusy, at: shown.time) }
    }

    /// The next decoded picture whose time for analysis has come.
    private func pending() throws(CaptureError) -> Frame? {
        guard planner.state != .idle else { return nil }
        while let frame = try decoder.receive() {
            patience.renew()
            let time = frame.time.presentation
            // Gone back to a key frame: what lies before the newest picture handed out is there for the decoder only.
            if let shown, shown.session == frame.session, time <= shown.time { continue }
            guard planner.takes(time) else { continue }
            shown = (frame.session, time)
            return frame
        }
        return nil
    }

    private func take(_ packet: VideoPacket) throws(CaptureError) -> Output? {
        if packet.session != session { beginSession(packet.session) }
        if session == refused {
            counters.dropped += 1
            position += 1
            return nil
        }
        let step = planner.plan(facts(of: packet))
        if packet.isKey { decoder.skipsLoopFilter = source.mayBeRough && planner.hasShortGOPs }
        switch step {
        case .skip: try skip()
        case .wake:
            goBack()
            return nil
        case .catchUp:
            loseUpTo(ring.keyPosition(before: ring.end) ?? ring.end)
            return nil
        case .decode: try decode(packet)
        case .look: return try look(from: position, through: packet)
        case .lookBack: return try look(from: ring.keyPosition(before: position) ?? position, through: packet)
        }
        position += 1
        return nil
    }

    /// To the key frame of the oldest packet whose picture was not analysed, or to the next there is.
    private func goBack() {
        decoder.flush()
        let back = ring.keyPosition(before: unseen + 1).flatMap { $0 >= begin ? $0 : nil }
        position = back ?? ring.keyPosition(from: unseen) ?? position
    }

    private func skip() throws(CaptureError) {
        if planner.state == .idle {
            counters.skipped += 1
        } else {  // a key frame is waited for
            counters.dropped += 1
            try checkPatience()
        }
    }

    private func checkPatience() throws(CaptureError) {
        guard patience.isExhaustedBySending() else { return }
        patience.renew()
        throw patience.error
    }

    private func beginSession(_ session: Int) {
        self.session = session
        shown = nil
        (begin, unseen) = (position, position)
        emptyLooks = 0
        patience.renew()
    }

    private func decode(_ packet: VideoPacket) throws(CaptureError) {
        try decoder.send(packet)
        unseen = max(unseen, position + 1)
        try checkPatience()
    }

    private func facts(of packet: VideoPacket) -> DecodePlanner.Packet {
        DecodePlanner.Packet(
            session: packet.session, time: packet.decodeTime, isKey: packet.isKey, byteCount: packet.payload.count,
            lag: packet.arrivalNanoseconds == 0
                ? .zero : .nanoseconds(MonotonicClock.nanoseconds() - packet.arrivalNanoseconds))
    }

    /// Decodes packets on their own and shows the last picture.
    private func look(from first: Int, through last: VideoPacket) throws(CaptureError) -> Output? {
        decoder.flush()
        var newest: Frame?
        for place in first...position {
            guard case .packet(let packet) = ring.read(place) else { continue }
            try decoder.send(packet)
            while let frame = try decoder.receive() { newest = frame }
        }
        decoder.drain()
        while let frame = try decoder.receive() { newest = frame }
        lookedAt = (position, newest?.time.presentation ?? last.time.presentation)
        position += 1
        guard let newest else {
            emptyLooks += 1
            if emptyLooks >= 3 { planner.keyFramesAreNotEnough() }
            looked(isMoving: false)
            return nil
        }
        emptyLooks = 0
        return .look(newest)
    }

    private func loseUpTo(_ target: Int) {
        let next = max(target, position + 1)
        counters.dropped += UInt64(next - position)
        position = next
        unseen = max(unseen, next)
        decoder.flush()
    }
}
