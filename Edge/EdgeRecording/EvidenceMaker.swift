public import EdgeCore
public import EventModel
public import Foundation
import GRDB
import Synchronization

/// Cuts the clips that events ask for, once their last second has come: out of the camera's packet ring, or out of its
/// recordings where the ring is gone, as after a restart.
///
/// A request is durable, and stays until its clip was delivered and settled: what a crash interrupts is cut again, so a
/// clip may be delivered twice, with the same event. Any thread; calls block on the disk.
public final class EvidenceMaker: Sendable {
    /// How long after a clip's end the rest of its pictures is waited for.
    private let patience: TimeInterval
    private let index: RecordingIndex
    private let state: Mutex<State>

    private struct State {
        var waiting: [String: ClipRequest]
        var rings: [CameraID: PacketRing] = [:]
    }

    /// Opens the requests that are still unsettled.
    ///
    /// - Parameter index: repaired.
    public init(index: RecordingIndex, patience: Duration = .seconds(20)) throws(RecordingError) {
        self.index = index
        self.patience = patience.seconds
        let bodies = try index.read { try Data.fetchAll($0, sql: "SELECT body FROM pendingClip") }
        // A broken one is as good as none.
        let requests = bodies.compactMap { try? JSONDecoder().decode(ClipRequest.self, from: $0) }
        state = Mutex(State(waiting: Dictionary(requests.map { ($0.event, $0) }, uniquingKeysWith: { $1 })))
    }

    /// Requests whose clip is neither delivered in this run nor settled.
    public var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Names the ring of a camera: of its present and coming sessions.
    public func attach(_ ring: PacketRing, of camera: CameraID) { state.withLock { $0.rings[camera] = ring } }

    /// Asks for a clip. On return it outlives the process; a power cut may forget what was asked for in its last second.
    ///
    /// - Throws: ``RecordingError``: the request is not durable, but this run heeds it all the same.
    public func request(_ request: ClipRequest) throws(RecordingError) {
        state.withLock { $0.waiting[request.event] = request }
        guard let body = try? JSONEncoder().encode(request) else { return }  // plain values always encode
        try index.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO pendingClip (event, body) VALUES (?, ?)", arguments: [request.event, body])
        }
    }

    /// The next clip that can be cut now, each delivered once a run: call it every second or so until there is none. A
    /// caller that cannot store one asks for it again.
    public func deliver(now: Date) -> ClipOutcome? {
        let (waiting, rings) = state.withLock { ($0.waiting, $0.rings) }
        let due = waiting.values.sorted { $0.complete < $1.complete }
        for request in due {
            guard let outcome = cut(request, rings[request.camera], now) else { continue }
            state.withLock { $0.waiting[request.event] = nil }
            // Retention may take the recordings sooner: the clip is with the caller.
            try? index.mark(
                .evidence, camera: request.camera, from: request.time.lowerBound, to: request.time.upperBound)
            return outcome
        }
        return nil
    }

    /// Forgets a request: its clip is safe with the caller.
    public func settle(_ event: String) throws(RecordingError) {
        try index.write { try $0.execute(sql: "DELETE FROM pendingClip WHERE event = ?", arguments: [event]) }
        state.withLock { $0.waiting[event] = nil }
    }

    /// Nil while more may come.
    private func cut(_ request: ClipRequest, _ ring: PacketRing?, _ now: Date) -> ClipOutcome? {
        let ring = ring.flatMap { $0.holdsSession(of: request) ? $0 : nil }
        let hasWaited = now.timeIntervalSince(request.complete) > patience
        guard hasWaited || ring?.hasPassed(request) ?? (request.complete <= now) else { return nil }
        if let packets = ring?.packets(showing: request), !packets.isEmpty { return outcome(request, packets) }
        // The session may have begun within the clip: then the ring has its first key frame.
        let beginning = ring?.beginning(of: request) ?? []
        // The newest second is on its way to the disk.
        guard hasWaited || isRecorded(request) || !beginning.isEmpty else { return nil }
        let recorded = result { () throws(RecordingError) in
            try EvidenceClip(
                index: index, camera: request.camera, from: request.time.lowerBound, to: request.time.upperBound)
        }
        if case .failure = recorded, !beginning.isEmpty { return outcome(request, beginning) }
        return ClipOutcome(request: request, clip: recorded, packets: beginning)
    }

    /// Whether the recordings reach to the clip's end, but for a last picture or so.
    private func isRecorded(_ request: ClipRequest) -> Bool {
        let end = request.time.upperBound
        // An index that cannot be read is asked again.
        let parts = try? index.parts(camera: request.camera, from: end.addingTimeInterval(-2), to: end)
        guard let last = parts?.last else { return false }
        return last.begin.addingTimeInterval(last.duration.seconds).timeIntervalSince(end) > -0.5
    }

    private func outcome(_ request: ClipRequest, _ packets: [VideoPacket]) -> ClipOutcome {
        let clip = result { () throws(RecordingError) in try EvidenceClip(packets: packets) }
        return ClipOutcome(request: request, clip: clip, packets: packets)
    }

    private func result(_ make: () throws(RecordingError) -> EvidenceClip) -> Result<EvidenceClip, RecordingError> {
        do throws(RecordingError) { return .success(try make()) } catch { return .failure(error) }
    }
}

extension PacketRing {
    /// Whether the ring's newest session is the request's. An agent that starts again counts its sessions from 1 again: so
    /// their clocks have to agree too.
    fileprivate func holdsSession(of request: ClipRequest) -> Bool {
        guard let newest, newest.session == request.session else { return false }
        let since = newest.time.capturedAt.timeIntervalSince(request.time.lowerBound)
        return abs(since - (newest.time.presentation - request.stream.lowerBound).seconds) < 5
    }

    /// The packets that show a clip from its beginning; empty where that is not kept, or never came.
    fileprivate func packets(showing request: ClipRequest) -> [VideoPacket] {
        let packets = packets(of: request.session, from: request.stream.lowerBound, to: request.stream.upperBound)
        return packets.shows(request) ? packets : []
    }

    /// Whether the last picture of a clip has come.
    fileprivate func hasPassed(_ request: ClipRequest) -> Bool {
        guard let newest else { return true }
        return newest.decodeTime >= request.stream.upperBound
    }

    /// A clip's packets from the first key frame that is kept of its session.
    fileprivate func beginning(of request: ClipRequest) -> [VideoPacket] {
        var position = keyPosition(from: 0)
        while let key = position, case .packet(let packet) = read(key) {
            if packet.session == request.session {
                guard packet.time.presentation < request.stream.upperBound else { return [] }
                let packets = packets(
                    of: request.session, from: packet.time.presentation, to: request.stream.upperBound)
                return packets.shows(request) ? packets : []
            }
            position = keyPosition(from: key + 1)
        }
        return []
    }
}

extension [VideoPacket] {
    /// Whether they reach into a clip: a session that had ended before shows nothing of it.
    fileprivate func shows(_ request: ClipRequest) -> Bool {
        last.map { $0.decodeTime > request.stream.lowerBound } ?? false
    }
}
