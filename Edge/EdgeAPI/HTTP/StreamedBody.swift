import Foundation
import Hummingbird
import NIOCore
import Synchronization

/// A body that is sent in bounded pieces to a client that may be slow: one that takes nothing for a while is cut off.
struct StreamedBody: Sendable {
    /// Written at once: what a thin line carries within ``patience``.
    private static let pieceByteCount = 128 << 10

    /// How long one piece may wait for its reader.
    var patience: Duration = .seconds(20)

    /// - Parameters:
    ///   - byteCount: nil for an endless one.
    ///   - next: the next bytes; nil at the end. An error ends the connection, so that nobody takes half for the whole.
    func body(byteCount: Int64?, next: @escaping @Sendable () async throws -> Data?) -> ResponseBody {
        ResponseBody(contentLength: byteCount.map { Int($0) }) { writer in
            let clock = WriteClock()
            let pipe = WriterBox(writer)
            try await withThrowingTaskGroup(of: Void.self) { group in
                // A child as well: its writes can wait for ever, and only a cancelled task stops waiting.
                group.addTask { while let data = try await next() { try await clock.write(data, to: &pipe.writer) } }
                group.addTask { try await watch(clock) }
                defer { group.cancelAll() }
                try await group.next()  // whichever ends first ends the stream
            }
            try await pipe.writer.finish(nil)
        }
    }

    private func watch(_ clock: WriteClock) async throws {
        while true {
            try await Task.sleep(for: patience / 4)
            guard !clock.isStuck(longerThan: patience) else { throw CancellationError() }
        }
    }

    /// Knows how long a write has been waiting for its reader.
    private final class WriteClock: Sendable {
        private let waitingSince = Mutex<ContinuousClock.Instant?>(nil)

        func write(_ data: Data, to writer: inout any ResponseBodyWriter) async throws {
            var rest = data[...]
            while !rest.isEmpty {
                waitingSince.withLock { $0 = .now }
                defer { waitingSince.withLock { $0 = nil } }
                try await writer.write(ByteBuffer(bytes: rest.prefix(pieceByteCount)))
                rest = rest.dropFirst(pieceByteCount)
            }
        }

        func isStuck(longerThan limit: Duration) -> Bool {
            waitingSince.withLock { since in since.map { ContinuousClock.now - $0 > limit } ?? false }
        }
    }
}

/// Takes a writer into the one task that writes.
///
/// `@unchecked`: while the stream runs only the writing task touches `writer`, and before and after it only the caller.
private final class WriterBox: @unchecked Sendable {
    var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }
}
