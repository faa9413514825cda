import CollectorDomain
import Foundation
import Synchronization

/// Tells everybody who listens what was committed. A slow listener loses the oldest changes, never the memory.
final class ChangeHub: Sendable {
    /// Changes that wait for one listener: some seconds of a busy city.
    static let bufferCount = 256

    private let listeners = Mutex<[UUID: AsyncStream<StoreChange>.Continuation]>([:])

    /// Whether anybody listens: nobody pays for summaries that nobody reads.
    var isHeard: Bool { listeners.withLock { !$0.isEmpty } }

    func listen() -> AsyncStream<StoreChange> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StoreChange.self, bufferingPolicy: .bufferingNewest(Self.bufferCount))
        let id = UUID()
        listeners.withLock { $0[id] = continuation }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        return stream
    }

    func publish(_ change: StoreChange) {
        for continuation in listeners.withLock({ Array($0.values) }) { continuation.yield(change) }
    }

    private func remove(_ id: UUID) { listeners.withLock { $0[id] = nil } }
}
