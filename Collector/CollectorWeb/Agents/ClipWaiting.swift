import Synchronization

/// The agents that wait to be told of a wanted film, and the bell for them. Bounded: each waiting holds a connection.
final class ClipWaiting: Sendable {
    private struct State {
        var next = 0
        var bells: [Int64: [Int: AsyncStream<Void>.Continuation]] = [:]
        var count = 0
        var listening = 0
    }

    /// One may still hang on a connection that nobody reads when the agent comes back.
    private static let perAgent = 2
    private let total: Int
    private let state = Mutex(State())

    init(total: Int) { self.total = total }

    /// Agents that have a place now.
    var count: Int { state.withLock { $0.count } }
    /// Those of them that were told that nothing is wanted yet, and listen for the bell.
    var listening: Int { state.withLock { $0.listening } }

    /// What became of asking for a place.
    enum Entry {
        case place(ClipPlace)
        /// Others wait: answer at once.
        case full
        /// This agent waits often enough already.
        case tooMany
    }

    /// Takes a place. Rings from now on are kept for it.
    func enter(_ agent: Int64) -> Entry {
        let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        return state.withLock { state in
            guard state.bells[agent, default: [:]].count < Self.perAgent else { return .tooMany }
            guard state.count < total else { return .full }
            state.next += 1
            state.count += 1
            state.bells[agent, default: [:]][state.next] = bell
            return .place(ClipPlace(agent: agent, number: state.next, rings: rings, waiting: self))
        }
    }

    /// A film of this agent is wanted.
    func ring(_ agent: Int64) {
        for bell in state.withLock({ Array($0.bells[agent, default: [:]].values) }) { bell.yield() }
    }

    fileprivate func listen(_ isBeginning: Bool) { state.withLock { $0.listening += isBeginning ? 1 : -1 } }

    fileprivate func leave(_ agent: Int64, _ number: Int) {
        state.withLock { state in
            guard state.bells[agent]?.removeValue(forKey: number) != nil else { return }
            state.count -= 1
            if state.bells[agent]?.isEmpty == true { state.bells[agent] = nil }
        }
    }
}

/// A place to wait; given back when nobody holds it any more.
final class ClipPlace: Sendable {
    private let agent: Int64
    private let number: Int
    private let rings: AsyncStream<Void>
    private let waiting: ClipWaiting

    fileprivate init(agent: Int64, number: Int, rings: AsyncStream<Void>, waiting: ClipWaiting) {
        self.agent = agent
        self.number = number
        self.rings = rings
        self.waiting = waiting
    }

    deinit { waiting.leave(agent, number) }

    /// Returns at a ring, after `limit`, or when the task is cancelled.
    func wait(atMost limit: Duration) async {
        waiting.listen(true)
        defer { waiting.listen(false) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.rings { return } }
            group.addTask { try? await Task.sleep(for: limit) }  // cancelled: a ring came first
            await group.next()
            group.cancelAll()
        }
    }
}
