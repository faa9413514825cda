import Foundation
import Hummingbird
import NIOCore

/// A response body that is read from a file piece by piece.
enum FileBody {
    private static let pieceByteCount = 256 << 10

    /// - Parameters:
    ///   - range: the bytes to send: what `Content-Length` promises.
    ///   - place: given back when the body is sent or its reader is gone.
    static func make(_ file: URL, range: Range<Int64>, place: StreamPlace?) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            defer { withExtendedLifetime(place) {} }
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }  // reading is over; a failure to close changes nothing
            try handle.seek(toOffset: UInt64(range.lowerBound))
            var rest = range.count
            while rest > 0, let piece = try handle.read(upToCount: min(rest, pieceByteCount)), !piece.isEmpty {
                rest -= piece.count
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }
}
