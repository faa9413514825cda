import Foundation
import Hummingbird
import NIOCore

/// A response body that is read from a file piece by piece.
enum FileBody {
    private static let pieceByteCount = 256 << 10

    /// - Parameter byteCount: the file's size: what `Content-Length` promises.
    static func make(_ file: URL, byteCount: Int) -> ResponseBody {
        ResponseBody(contentLength: byteCount) { writer in
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }  // reading is over; a failure to close changes nothing
            while let piece = try handle.read(upToCount: pieceByteCount), !piece.isEmpty {
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }
}
