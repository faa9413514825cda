import EdgeCore
import EdgeOutbox
import EdgeRecording
import EventModel
import Foundation
import Logging
import Synchronization

/// A film that somebody asks for.
struct ClipOrder: Hashable, Sendable {
    /// What the one who asks calls it; the answer carries it.
    var request: String
    var camera: CameraID
    var from: Date
    var to: Date

    /// Why it cannot be carried out; nil: it can be tried.
    func problem(at now: Date) -> String? {
        let seconds = to.timeIntervalSince(from)
        guard seconds > 0, seconds <= Self.longest else { return "a film lasts up to \(Int(Self.longest)) seconds" }
        return to > now.addingTimeInterval(Self.longest) ? "a film of a time to come cannot be cut" : nil
    }

    /// Most seconds: films pass through memory.
    static let longest: TimeInterval = 120
}

/// Has the films of alerts, and those that people ask for, cut and hands them to the outbox: a thread of its own.
///
/// What was asked for and is not in the outbox yet is asked for again after a restart.
final class ClipDesk: @unchecked Sendable {  // `condition` guards `news`, `isStopping` and `hasEnded`
    private let maker: EvidenceMaker
    private let rings: [CameraID: PacketRing]
    private let outbox: Outbox
    private let logger: Logger
    private let condition = MonotonicCondition()
    private var news: [ClipRequest] = []
    private var isStopping = false
    private var hasEnded = false

    /// - Parameter index: repaired.
    /// - Throws: `RecordingError`: what was asked for before cannot be read.
    init(index: RecordingIndex, rings: [CameraID: PacketRing], outbox: Outbox, logger: Logger) throws(RecordingError) {
        maker = try EvidenceMaker(index: index)
        for (camera, ring) in rings { maker.attach(ring, of: camera) }
        (self.rings, self.outbox, self.logger) = (rings, outbox, logger)
    }

    /// Begins to cut.
    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "clips"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Ends after the clip at hand, or after 2 s.
    func stop() {
        condition.locked {
            isStopping = true
            condition.broadcast()
            _ = condition.wait(timeout: .seconds(2)) { hasEnded }
        }
    }

    /// Wants the film of an alert that has just been opened. Returns at once.
    func film(_ request: ClipRequest) {
        condition.locked {
            news.append(request)
            condition.broadcast()
        }
    }

    /// Wants a film that somebody asked for; heeded in every case: with a film or with the reason why there is none. The same
    /// order may be given again.
    ///
    /// - Throws: `RecordingError`: the order is not durable; give it again.
    func ask(_ order: ClipOrder) throws(RecordingError) {
        if let problem = rings[order.camera] == nil ? "the agent has no such camera" : order.problem(at: Date()) {
            outbox.append(ClipRecord.refusal(of: order, problem), lane: .passage)
            return
        }
        try maker.request(
            ClipRequest(
                subject: .order(order.request), camera: order.camera, time: order.from..<order.to,
                newest: rings[order.camera]?.newest))
    }

    private func run() {
        while let requests = takeNews() {
            for request in requests { keep(request) }
            while !isAskedToStop, let outcome = maker.deliver(now: Date()) { hand(over: outcome) }
        }
        condition.locked {
            hasEnded = true
            condition.broadcast()
        }
    }

    private var isAskedToStop: Bool { condition.locked { isStopping } }

    /// What was asked for since the last call; nil at the end, when nothing is left.
    private func takeNews() -> [ClipRequest]? {
        condition.locked {
            _ = condition.wait(timeout: .milliseconds(500)) { isStopping || !news.isEmpty }
            if isStopping && news.isEmpty { return nil }
            defer { news = [] }
            return news
        }
    }

    private func keep(_ request: ClipRequest) {
        do throws(RecordingError) { try maker.request(request) } catch {
            logger.warning(
                "a restart would forget a film that waits",
                metadata: ["camera.id": "\(request.camera)", "error": "\(error)"])
        }
    }

    private func hand(over outcome: ClipOutcome) {
        let clip = ClipRecord(outcome)
        if let problem = clip.problem {
            logger.warning(
                "film not cut", metadata: ["camera.id": "\(outcome.request.camera)", "error": "\(problem)"])
        }
        guard store(clip) else { return }  // the outbox is closed: the next run cuts it again
        do throws(RecordingError) { try maker.settle(outcome.request.event) } catch {
            logger.warning("a restart will cut a film again", metadata: ["error": "\(error)"])
        }
    }

    /// Waits until the film is in the outbox: until then it must be remembered here.
    private func store(_ clip: ClipRecord) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let isStored = Mutex(false)
        let (record, files) = (clip.record, clip.files)
        Task { [outbox] in
            let number = try? await outbox.appendAndWait(record, lane: .passage, evidence: files)  // fails when closed
            isStored.withLock { $0 = number != nil }
            done.signal()
        }
        done.wait()
        return isStored.withLock { $0 }
    }
}
