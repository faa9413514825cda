public import EventModel
public import Foundation

/// A film that a person asked for: of which camera and time, and what became of it.
///
/// A state machine without clock: `asked → handed (again and again) → delivered | failed`; what waits may be cancelled,
/// and expires after ``lifetime``. A film that comes after its request expired, or after an answer that there is none,
/// is welcome; after a cancellation it changes nothing.
public struct ClipRequest: Hashable, Sendable, Identifiable {
    /// What was stored last.
    public enum Stage: Int, CaseIterable, Hashable, Sendable {
        /// Waits for its agent to ask.
        case asked = 0
        /// The agent knows it, and has not answered yet.
        case handed = 1
        /// The agent's record came; the film follows as evidence.
        case delivered = 2
        /// The agent's record says that there is no film.
        case failed = 3
        /// A person took it back.
        case cancelled = 4
    }

    /// How it stands at a moment.
    public enum State: Hashable, Sendable {
        case asked, handed, delivered, cancelled
        /// Nothing came within ``ClipRequest/lifetime``.
        case expired
        /// The agent has no such film: its own words.
        case failed(String)
    }

    /// A request that waits longer is not handed out any more.
    public static let lifetime: Duration = .seconds(7 * 86_400)
    /// After so long without an answer the same run of an agent is told again.
    public static let patience: Duration = .seconds(180)
    /// A promised film that has not come after so long is not waited for any more.
    public static let uploadPatience: Duration = .seconds(7 * 86_400)
    /// What was taken back after its agent was told still counts as the agent's work for so long.
    public static let cancelledSpan: Duration = .seconds(15 * 60)

    /// Its name, the same at collector and agent.
    public var id: UUID
    /// The camera's number at this collector.
    public var camera: Int64
    /// The camera's name.
    public var cameraID: CameraID
    /// The camera's agent.
    public var agent: Int64
    /// The first moment that is wanted.
    public var from: Date
    /// The last moment that is wanted.
    public var to: Date
    /// Who asked.
    public var user: Int64
    /// What pages call the person.
    public var userName: String
    /// When.
    public var askedAt: Date
    /// What was stored last.
    public private(set) var stage: Stage
    /// Since when ``stage`` holds.
    public private(set) var changedAt: Date
    /// The run of the agent that was told last; empty before the first.
    public private(set) var run: String
    /// With `failed`: the agent's words.
    public private(set) var problem: String

    /// Makes a request as it is stored; a new one is `asked`.
    public init(
        id: UUID, camera: Int64, cameraID: CameraID, agent: Int64, from: Date, to: Date, user: Int64,
        userName: String, askedAt: Date, stage: Stage = .asked, changedAt: Date? = nil, run: String = "",
        problem: String = ""
    ) {
        self.id = id
        self.camera = camera
        self.cameraID = cameraID
        self.agent = agent
        self.from = from
        self.to = to
        self.user = user
        self.userName = userName
        self.askedAt = askedAt
        self.stage = stage
        self.changedAt = changedAt ?? askedAt
        self.run = run
        self.problem = problem
    }

    /// How it stands.
    public func state(now: Date) -> State {
        switch stage {
        case .asked, .handed:
            if now.timeIntervalSince(askedAt) >= Self.seconds(Self.lifetime) { return .expired }
            return stage == .asked ? .asked : .handed
        case .delivered: return .delivered
        case .failed: return .failed(problem)
        case .cancelled: return .cancelled
        }
    }

    /// Whether the agent still owes an answer.
    public func isWaiting(now: Date) -> Bool {
        let state = state(now: now)
        return state == .asked || state == .handed
    }

    /// Whether the agent should be told: at its first question, after it was started again, and when it has been silent
    /// for ``patience``. A clock that was set back must not keep it from being told.
    public func isDue(for run: String, now: Date) -> Bool {
        switch state(now: now) {
        case .asked: true
        case .handed: run != self.run || abs(now.timeIntervalSince(changedAt)) >= Self.seconds(Self.patience)
        default: false
        }
    }

    /// The agent's run was told.
    public mutating func hand(to run: String, now: Date) {
        guard isDue(for: run, now: now) else { return }
        stage = .handed
        changedAt = now
        self.run = run
    }

    /// The agent's record came.
    ///
    /// - Parameter problem: why there is no film; nil: there is one.
    /// - Returns: whether this is news: a repeated delivery is not, nor one after a cancellation.
    public mutating func settle(problem: String?, now: Date) -> Bool {
        switch (stage, problem) {
        case (.cancelled, _), (.delivered, _), (.failed, .some): return false
        default: break
        }
        stage = problem == nil ? .delivered : .failed
        self.problem = problem ?? ""
        changedAt = now
        return true
    }

    /// A person takes it back.
    ///
    /// - Returns: false when it does not wait any more.
    public mutating func cancel(now: Date) -> Bool {
        guard isWaiting(now: now) else { return false }
        stage = .cancelled
        changedAt = now
        return true
    }

    private static func seconds(_ duration: Duration) -> Double { Double(duration.components.seconds) }
}
