public import EdgeCore
import EventModel
import Foundation
import Logging
import Synchronization

/// Keeps one camera connected: a thread that connects, reads and, when that fails, waits and begins again.
///
/// Packets go to ``ring``, changes of state to the callback, which runs on the capture thread or on that of the decoder
/// and must be quick. A file is played in real time, again and again.
public final class CameraCapture: Sendable {
    /// The last seconds of the camera, for decoder, recorder and evidence.
    public let ring = PacketRing()

    /// What makes a camera live.
    public enum Sign: Sendable {
        /// A decoded picture: the decoder tells, see ``CameraCapture/decoded(_:session:)``.
        case picture
        /// A key frame has arrived: for a stream that is recorded and seldom decoded.
        case keyFrame
    }

    private let source: CaptureSource
    private let sign: Sign
    private let reconnect: ReconnectMachine.Configuration
    private let report: @Sendable (StreamEvent) -> Void
    private let shared = Mutex(Shared())
    private let wakeUp = WakeUp()
    private let logger: Logger

    private struct Shared: Sendable {
        var status = CaptureStatus()
        var gate: CaptureGate?
        /// Arrivals of the sessions before the present one.
        var arrived = CaptureCounters()
        /// Who decodes, and what others decoded before.
        var decoder: ObjectIdentifier?
        var decodedBefore = CaptureCounters()
        /// The newest session that showed a picture.
        var pictureSession = 0
        /// Whether the present session is connected: what is decoded later makes nobody live.
        var isConnected = false
        /// Why the decoder gave the present session up.
        var rejection: CaptureError?
        var isStopped = false
        var isStarted = false
    }

    /// Prepares capture; nothing runs before ``start()``.
    ///
    /// - Parameters:
    ///   - sign: what makes the camera live.
    ///   - firstSession: where sessions are counted from. Two streams of one camera must not share numbers.
    ///   - onEvent: called on the capture thread for each change of state.
    public init(
        source: CaptureSource, sign: Sign = .picture, firstSession: Int = 1,
        reconnect: ReconnectMachine.Configuration = .init(),
        onEvent: @escaping @Sendable (StreamEvent) -> Void = { _ in }
    ) {
        self.source = source
        self.sign = sign
        self.reconnect = reconnect
        report = onEvent
        shared.withLock { $0.status = CaptureStatus(firstSession: firstSession) }
        var logger = Logger(label: "ngatu.capture")
        logger[metadataKey: "camera.id"] = "\(source.camera)"
        self.logger = logger
    }

    /// Starts the thread; later calls do nothing.
    public func start() {
        let isFirst = shared.withLock { shared in
            defer { shared.isStarted = true }
            return !shared.isStarted && !shared.isStopped
        }
        guard isFirst else { return }
        let thread = Thread { [self] in run() }
        thread.name = "capture \(source.camera)"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends capture, also in the middle of a blocking call, and closes the ring. Does not wait for the thread.
    public func stop() {
        let gate = shared.withLock { shared in
            shared.isStopped = true
            return shared.gate
        }
        gate?.cancel()
        wakeUp.signal()
        ring.close()
    }

    /// The present state and counts. From any thread.
    public var status: CaptureStatus { shared.withLock { $0.status } }

    private var isStopped: Bool { shared.withLock { $0.isStopped } }

    private func run() {
        var machine = ReconnectMachine(configuration: reconnect)
        while !isStopped {
            guard case .wait(let pause) = playSession(&machine) else { continue }
            if !isStopped { wakeUp.wait(pause) }
        }
        announce(.stopped, "")
        ring.close()
    }

    /// The decoder's news: how much it has decoded, and what the pictures of a session look like.
    ///
    /// The first picture of a session makes the camera live.
    public func decoded(_ decoder: FrameDecoder, session: Int) {
        shared.withLock { shared in
            if shared.decoder != ObjectIdentifier(decoder) {
                shared.decoder = ObjectIdentifier(decoder)
                shared.decodedBefore = CaptureCounters().decoded(shared.status.counters)
            }
            shared.status.counters = shared.status.counters.decoded(shared.decodedBefore + decoder.counters)
            if session == shared.status.session { shared.status.streamInfo?.note(decoder) }
        }
        showed(session)
    }

    /// A session has shown what the camera is live by.
    private func showed(_ session: Int) {
        let isFirst = shared.withLock { shared in
            defer { shared.pictureSession = max(shared.pictureSession, session) }
            return shared.isConnected && session > shared.pictureSession && session == shared.status.session
        }
        if isFirst { announce(.live, "") }
    }

    /// The decoder cannot use a session: where it is the present one it ends, and the camera is asked again later.
    public func reject(_ error: CaptureError, session: Int) {
        let gate: CaptureGate? = shared.withLock { shared in
            guard session == shared.status.session else { return nil }
            shared.rejection = error
            return shared.gate
        }
        gate?.cancel()
    }

    /// Connects and reads until something fails; says how long to wait.
    private func playSession(_ machine: inout ReconnectMachine) -> ReconnectMachine.Action {
        let gate = CaptureGate()
        shared.withLock { shared in
            shared.status.session += 1
            shared.gate = gate
            shared.rejection = nil
            if shared.isStopped { gate.cancel() }
        }
        announce(.connecting, "")
        let failure = readUntilFailure(gate, &machine)
        let error = shared.withLock { shared in
            shared.isConnected = false
            return shared.rejection ?? failure
        }
        let action = machine.connectionEnded(error.kind, chance: Double.random(in: 0..<1))
        if case .wait(let pause) = action, error.kind != .cancelled {
            announce(StreamState(after: error.kind), error.reason, retryAfter: pause)
        }
        return action
    }

    private func readUntilFailure(_ gate: CaptureGate, _ machine: inout ReconnectMachine) -> CaptureError {
        do throws(CaptureError) {
            let session = status.session
            let reader = try PacketReader(source: source, session: session, gate: gate)
            let before = shared.withLock { shared in
                shared.status.streamInfo = reader.streamInfo
                shared.isConnected = true
                return shared.arrived
            }
            let begin = MonotonicClock.nanoseconds()
            defer { note(reader, before) }
            while !gate.isCancelled, let packet = try reader.next() {
                if !source.locator.isLive { pace(packet, since: begin) }
                ring.append(packet)
                if sign == .keyFrame, packet.isKey { showed(session) }
                if note(reader, before) == session {
                    machine.pictureArrived(at: .nanoseconds(MonotonicClock.nanoseconds()))
                }
            }
            return CaptureError(
                kind: .stalled, camera: source.camera, operation: "read", reason: "\(source.locator): the file ended")
        } catch {
            return error
        }
    }

    /// Waits until a file's packet is due.
    private func pace(_ packet: VideoPacket, since begin: Int64) {
        let early = packet.decodeTime - .nanoseconds(MonotonicClock.nanoseconds() - begin)
        if early > .milliseconds(2) { wakeUp.wait(early) }
    }

    /// Publishes what was read; answers the newest session that showed a picture.
    @discardableResult private func note(_ reader: PacketReader, _ before: CaptureCounters) -> Int {
        shared.withLock { shared in
            shared.arrived = before + reader.counters
            shared.status.counters = shared.arrived.decoded(shared.status.counters)
            shared.status.cameraOffset = reader.cameraOffset
            return shared.pictureSession
        }
    }

    private func announce(_ state: StreamState, _ reason: String, retryAfter: Duration? = nil) {
        let session = shared.withLock { shared in
            (shared.status.state, shared.status.reason) = (state, reason)
            return shared.status.session
        }
        log(state, reason, session)
        report(
            StreamEvent(
                camera: source.camera, session: session, state: state, reason: reason, retryAfter: retryAfter))
    }

    private func log(_ state: StreamState, _ reason: String, _ session: Int) {
        let metadata: Logger.Metadata = ["session.id": "\(session)", "error.reason": "\(reason)"]
        switch state {
        case .connecting: logger.debug("camera connecting", metadata: metadata)
        case .live: logger.notice("camera live", metadata: ["session.id": "\(session)"])
        case .stalled: logger.warning("camera stalled", metadata: metadata)
        case .unreachable: logger.warning("camera unreachable", metadata: metadata)
        case .refused: logger.error("camera refused", metadata: metadata)
        case .stopped: logger.notice("camera capture stopped", metadata: ["session.id": "\(session)"])
        }
    }
}

/// Lets a pause end early.
private final class WakeUp: @unchecked Sendable {  // `condition` guards `isSignalled`
    private let condition = MonotonicCondition()
    private var isSignalled = false

    func signal() {
        condition.locked {
            isSignalled = true
            condition.broadcast()
        }
    }

    /// Each signal ends one pause.
    func wait(_ limit: Duration) {
        condition.locked {
            _ = condition.wait(timeout: limit) { isSignalled }
            isSignalled = false
        }
    }
}
