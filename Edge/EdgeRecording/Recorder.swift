public import EdgeCore
public import EventModel
import Foundation
public import Logging
import Synchronization

/// How a camera's recording stands.
public struct RecorderStatus: Hashable, Sendable {
    /// Why nothing is recorded at present, for an operator; nil when all is well.
    public var problem: String?
    /// A segment is being written.
    public var isRecording = false
    /// Pictures that the ring forgot before they could be written.
    public var missedPacketCount: UInt64 = 0
    /// Pictures that nothing could play: before the first key frame of a session, say; or while the disk refused.
    public var skippedPacketCount: UInt64 = 0
    /// Parts on disk.
    public var partCount: UInt64 = 0
    /// Segments begun.
    public var segmentCount: UInt64 = 0
    /// Bytes on disk.
    public var byteCount: UInt64 = 0
}

/// Records one camera: a thread of its own follows the packet ring and writes segments. It never holds capture up.
///
/// On a full or failing disk it says so in ``status``, tries again every few seconds, and records again when it can.
public final class Recorder: Sendable {
    /// What may be set.
    public struct Configuration: Hashable, Sendable {
        /// What may be lost by a power cut: a part ends at the first picture so long after its first.
        public var part: Duration = .seconds(1)
        /// A file's length: it ends at the first key frame after it. 1 to 5 minutes are sensible.
        public var segment: Duration = .seconds(120)
        /// The class of new files.
        public var recordingClass = RecordingClass.continuous
        /// Wait after a failure.
        public var retry: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    private let ring: PacketRing
    private let work: Mutex<RecorderWork>
    private let shared: RecorderState
    private let name: String

    /// Prepares recording; nothing runs before ``start()``.
    ///
    /// - Parameter index: repaired; may serve any number of cameras.
    public convenience init(
        camera: CameraID, ring: PacketRing, index: RecordingIndex, configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "ngatu.recording")
    ) {
        self.init(camera: camera, ring: ring, index: index, configuration: configuration, disk: .system, logger: logger)
    }

    init(
        camera: CameraID, ring: PacketRing, index: RecordingIndex, configuration: Configuration, disk: Disk,
        logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "camera.id"] = "\(camera)"
        self.ring = ring
        name = "record \(camera)"
        let shared = RecorderState()
        self.shared = shared
        work = Mutex(
            RecorderWork(
                camera: camera, index: index, configuration: configuration, disk: disk, state: shared, logger: logger))
    }

    /// Begins with what the ring holds. Later calls do nothing.
    public func start() {
        guard shared.start() else { return }
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends recording and returns when everything that the ring had is written; waits for `timeout` at most.
    public func stop(timeout: Duration = .seconds(10)) { shared.stop(timeout: timeout) }

    /// How it stands. From any thread.
    public var status: RecorderStatus { shared.status }

    private func run() {
        var position = ring.keyPosition(from: 0) ?? ring.end
        var isOpen = true
        while isOpen {
            let isStopping = shared.isStopping
            switch ring.read(position, timeout: isStopping ? .zero : .milliseconds(500)) {
            case .packet(let packet):
                position += 1
                work.withLock { $0.take(packet) }
            case .missed(let first):
                work.withLock { $0.miss(first - position) }
                position = first
            case .timeout:
                work.withLock { $0.pause() }
                isOpen = !isStopping
            case .closed: isOpen = false
            }
        }
        work.withLock { $0.end() }
        shared.ended()
    }
}

/// What the recorder's thread and its callers share. Sendable: `condition` guards what varies.
final class RecorderState: @unchecked Sendable {
    private let condition = MonotonicCondition()
    private var present = RecorderStatus()
    private var isStarted = false
    private var mustStop = false
    private var hasEnded = false

    var status: RecorderStatus { condition.locked { present } }
    var isStopping: Bool { condition.locked { mustStop } }

    func update(_ change: (inout RecorderStatus) -> Void) { condition.locked { change(&present) } }

    func start() -> Bool {
        condition.locked {
            defer { isStarted = true }
            return !isStarted && !mustStop
        }
    }

    func stop(timeout: Duration) {
        condition.locked {
            mustStop = true
            guard isStarted else { return }
            _ = condition.wait(timeout: timeout) { hasEnded }
        }
    }

    func ended() {
        condition.locked {
            hasEnded = true
            condition.broadcast()
        }
    }
}
