import EdgeCore
import EventModel
import Foundation
import Logging
import Synchronization

/// Keeps one camera connected: a thread that connects, reads, decodes and, when that fails, waits and begins again.
///
/// Frames go to ``mailbox``, changes of state to the callback, which runs on the capture thread and must be quick.
public final class CameraCapture: Sendable {
    /// Where the newest frame waits for the analysis.
    public let mailbox = FrameMailbox()

    private let source: CaptureSource
    private let reconnect: ReconnectMachine.Configuration
    private let report: @Sendable (StreamEvent) -> Void
    private let shared = Mutex(Shared())
    private let wakeUp = WakeUp()
    private let logger: Logger

    private struct Shared: Sendable {
        var status = CaptureStatus()
        var gate: CaptureGate?
        var isStopped = false
        var isStarted = false
    }

    /// Prepares capture; nothing runs before ``start()``.
    ///
    /// - Parameter onEvent: called on the capture thread for each change of state.
    public init(
        source: CaptureSource, reconnect: ReconnectMachine.Configuration = .init(),
        onEvent: @escaping @Sendable (StreamEvent) -> Void = { _ in }
    ) {
        self.source = source
        self.reconnect = reconnect
        report = onEvent
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

    /// Ends capture, also in the middle of a blocking call, and closes the mailbox. Does not wait for the thread.
    public func stop() {
        let gate = shared.withLock { shared in
            shared.isStopped = true
            return shared.gate
        }
        gate?.cancel()
        wakeUp.signal()
        mailbox.close()
    }

    /// The present state and counts. From any thread.
    public var status: CaptureStatus { shared.withLock { $0.status } }

    private var isStopped: Bool { shared.withLock { $0.isStopped } }

    private func run() {
        var machine = ReconnectMachine(configuration: reconnect)
        while !isStopped {
            guard case .wait(let pause) = playSession(&machine) else { continue }
            wakeUp.wait(pause)
        }
        announce(.stopped, "")
        mailbox.close()
    }

    /// Connects and reads until something fails; says how long to wait.
    private func playSession(_ machine: inout ReconnectMachine) -> ReconnectMachine.Action {
        let gate = CaptureGate()
        let before = shared.withLock { shared in
            shared.status.session += 1
            shared.gate = gate
            if shared.isStopped { gate.cancel() }
            return shared.status.counters
        }
        announce(.connecting, "")
        let error = readUntilFailure(gate, before, &machine)
        let action = machine.connectionEnded(error.kind, chance: Double.random(in: 0..<1))
        if case .wait(let pause) = action, error.kind != .cancelled {
            announce(StreamState(after: error.kind), error.reason, retryAfter: pause)
        }
        return action
    }

    private func readUntilFailure(
        _ gate: CaptureGate, _ before: CaptureCounters, _ machine: inout ReconnectMachine
    ) -> CaptureError {
        do throws(CaptureError) {
            let session = status.session
            let reader = try FrameReader(source: source, session: session, gate: gate)
            defer { publish(reader, before) }
            while let frame = try reader.next() {
                if frame.index == 0 { announce(.live, "") }
                machine.pictureArrived(at: .nanoseconds(MonotonicClock.nanoseconds()))
                publish(reader, before)
                mailbox.put(frame)
            }
            return CaptureError(
                kind: .stalled, camera: source.camera, operation: "read", reason: "\(source.locator): the file ended")
        } catch {
            return error
        }
    }

    private func publish(_ reader: FrameReader, _ before: CaptureCounters) {
        shared.withLock { shared in
            shared.status.counters = before + reader.counters
            shared.status.streamInfo = reader.streamInfo
            shared.status.cameraOffset = reader.cameraOffset
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
    private let condition = NSCondition()
    private var isSignalled = false

    func signal() {
        condition.lock()
        defer { condition.unlock() }
        isSignalled = true
        condition.broadcast()
    }

    func wait(_ limit: Duration) {
        let end = Date(timeIntervalSinceNow: Double(limit.nanoseconds) / 1e9)
        condition.lock()
        defer { condition.unlock() }
        while !isSignalled, condition.wait(until: end) {}
    }
}
