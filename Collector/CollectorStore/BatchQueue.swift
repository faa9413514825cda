import CollectorDomain
import EventModel
import Foundation

/// A batch with its time of arrival.
struct Arrival: Sendable {
    var batch: IncomingBatch
    var receivedAt: Date
}

/// Batches that wait for the writer, one lane for each agent.
///
/// While one group is being committed the next one gathers, so the number of commits follows the disk, not the number of
/// agents, and a lone batch never waits. Lanes take turns: an agent that drains days of backlog delays others by at
/// most one batch. Answers go out only after the fsynced commit.
actor BatchQueue {
    typealias Answer = Result<BatchAnswer, StoreError>

    /// Most batches, and about the most records, of one commit: about 100 ms of work.
    static let groupBatchLimit = 32
    static let groupRecordLimit = 4_000
    /// Batches of one agent that may wait; an agent needs the answer of one before it sends the next.
    static let laneLimit = 8

    private struct Waiting {
        var arrival: Arrival
        var answer: CheckedContinuation<Answer, Never>
    }

    private let committer: BatchCommitter
    private let limit: Int
    private var lanes: [Data: [Waiting]] = [:]
    private var turns: [Data] = []
    private var isRunning = false
    private(set) var waitingCount = 0

    init(committer: BatchCommitter, limit: Int) {
        self.committer = committer
        self.limit = limit
    }

    func accept(_ batch: IncomingBatch, receivedAt: Date) async -> Answer {
        let lane = batch.keyHash
        guard waitingCount < limit, lanes[lane, default: []].count < Self.laneLimit else {
            return .failure(StoreError(.busy, "\(waitingCount) batches wait for their commit"))
        }
        return await withCheckedContinuation { answer in
            enqueue(Waiting(arrival: Arrival(batch: batch, receivedAt: receivedAt), answer: answer), lane: lane)
        }
    }

    private func enqueue(_ waiting: Waiting, lane: Data) {
        if lanes[lane, default: []].isEmpty { turns.append(lane) }
        lanes[lane, default: []].append(waiting)
        waitingCount += 1
        guard !isRunning else { return }
        isRunning = true
        Task { await run() }
    }

    private func run() async {
        while waitingCount > 0 {
            let group = nextGroup()
            let answers = await committer.commit(group.map(\.arrival))
            for (waiting, answer) in zip(group, answers) { waiting.answer.resume(returning: answer) }
        }
        isRunning = false
    }

    private func nextGroup() -> [Waiting] {
        var group: [Waiting] = []
        var records = 0
        while !turns.isEmpty, group.count < Self.groupBatchLimit, records < Self.groupRecordLimit {
            let lane = turns.removeFirst()
            guard var batches = lanes[lane], !batches.isEmpty else { continue }
            let first = batches.removeFirst()
            lanes[lane] = batches.isEmpty ? nil : batches
            if !batches.isEmpty { turns.append(lane) }
            records += first.arrival.batch.batch.records.count
            group.append(first)
        }
        waitingCount -= group.count
        return group
    }
}
