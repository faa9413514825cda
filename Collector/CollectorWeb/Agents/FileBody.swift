import CollectorDomain
import Foundation
import Hummingbird
import NIOCore

/// A response body that is read from a file piece by piece.
struct FileBody: Sendable {
    private static let pieceByteCount = 256 << 10

    private let file: URL
    private let range: Range<Int64>

    /// - Parameter range: the bytes to send: what `Content-Length` promises.
    /// - Throws: a `StoreError` when the file is gone or shorter than promised: better an error page than a torn film.
    init(_ file: URL, range: Range<Int64>) throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }  // only its length is read
        guard try handle.seekToEnd() >= UInt64(range.upperBound) else { throw Self.shortage(of: file) }
        self.file = file
        self.range = range
    }

    /// The body of a file that is sent before its reader can pause.
    func body() -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            try await send { try await writer.write($0) }
            try await writer.finish(nil)
        }
    }

    /// The body of a large file.
    ///
    /// - Parameters:
    ///   - place: given back when the body is sent or its reader is gone.
    ///   - patience: a reader that takes nothing for so long is let go.
    func body(place: StreamPlace, patience: Duration) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            defer { withExtendedLifetime(place) {} }
            try await send(to: &writer, patience: patience)
            try await writer.finish(nil)
        }
    }

    private func send(to writer: inout any ResponseBodyWriter, patience: Duration) async throws {
        let clock = WriteClock()
        let pipe = WriterBox(writer)
        defer { writer = pipe.writer }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A child: its writes can wait for ever, and only a cancelled task stops waiting.
            group.addTask { try await send { try await clock.write($0, to: &pipe.writer) } }
            group.addTask {
                while !clock.isStuck(longerThan: patience) { try await Task.sleep(for: patience / 4) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            // Whichever ends first ends the sending.
            try await group.next()
        }
    }

    private func send(_ write: (ByteBuffer) async throws -> Void) async throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }  // reading is over; a failure to close changes nothing
        try handle.seek(toOffset: UInt64(range.lowerBound))
        var rest = range.count
        while rest > 0 {
            guard let piece = try handle.read(upToCount: min(rest, Self.pieceByteCount)), !piece.isEmpty else {
                throw Self.shortage(of: file)
            }
            rest -= piece.count
            try await write(ByteBuffer(bytes: piece))
        }
    }

    private static func shortage(of file: URL) -> StoreError {
        StoreError(.damaged, "evidence file \(file.lastPathComponent) is shorter than its record says: run fsck")
    }
}
