import Hummingbird
import NIOCore
import Synchronization

/// Knows how long a write has been waiting for its reader.
final class WriteClock: Sendable {
    private let waitingSince = Mutex<ContinuousClock.Instant?>(nil)

    /// Writes one event. Waits while the reader takes nothing.
    func write(_ event: ServerEvent, to writer: inout any ResponseBodyWriter) async throws {
        try await write(ByteBuffer(string: event.text), to: &writer)
    }

    /// Writes some bytes. Waits while the reader takes nothing.
    func write(_ bytes: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        waitingSince.withLock { $0 = .now }
        defer { waitingSince.withLock { $0 = nil } }
        try await writer.write(bytes)
    }

    /// Whether one write has been waiting for longer than this.
    func isStuck(longerThan limit: Duration) -> Bool {
        waitingSince.withLock { since in since.map { ContinuousClock.now - $0 > limit } ?? false }
    }
}

/// Takes a writer into the one task that writes.
///
/// `@unchecked`: while a stream runs only the writing task touches `writer`, and before and after it only the caller.
final class WriterBox: @unchecked Sendable {
    var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }
}

/// One server-sent event (WHATWG HTML, section 9.2).
struct ServerEvent: Hashable, Sendable {
    /// As it goes over the wire.
    let text: String

    /// - Parameters:
    ///   - id: where to resume after this event; nil leaves the place as it was.
    ///   - data: one line.
    init(name: String, id: StreamID?, data: String) {
        text = "event: \(name)\n" + (id.map { "id: \($0)\n" } ?? "") + "data: \(data)\n\n"
    }

    private init(text: String) { self.text = text }

    /// Tells browsers how soon to reconnect.
    static func retry(milliseconds: Int) -> ServerEvent { ServerEvent(text: "retry: \(milliseconds)\n\n") }

    /// The store's cursor.
    typealias StreamID = Int64
}
