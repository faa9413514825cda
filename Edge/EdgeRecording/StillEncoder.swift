import CFFmpeg
import Crypto
public import EdgeCore
public import EventModel
public import Foundation

/// A full-resolution JPEG of one frame, named by its content.
public struct Still: Hashable, Sendable {
    /// The JPEG file.
    public var jpeg: Data
    /// SHA-256 of ``jpeg``: 32 bytes.
    public var sha256: Data
    /// Pixels.
    public var size: FrameSize

    /// ``sha256`` in lower-case hexadecimal digits: the name of the evidence file.
    public var name: String { sha256.hexadecimalDigits }
}

/// Makes JPEG stills straight from a decoder's planes. Belongs to one thread.
///
/// The encoder is kept for the next picture of the same size. JPEG holds full-range samples: pictures of 16…235 are
/// stretched by swscale, which costs a pass over the picture, so that a still looks like the video.
public final class StillEncoder {
    private let quality: Int
    private var encoder: JPEGEncoder?

    /// Makes an encoder.
    ///
    /// - Parameter quality: 1…100, as people know it from picture programs; 90 loses nothing that a court would see.
    public init(quality: Int = 90) { self.quality = min(max(quality, 1), 100) }

    /// Encodes one picture.
    ///
    /// - Throws: ``StillError`` when memory is short or the size is beyond what JPEG holds (65,500 pixels a side).
    public func encode(_ image: PixelBuffer) throws(StillError) -> Still {
        let encoder = try encoder(for: image)
        let jpeg = try encoder.encode(image)
        return Still(jpeg: jpeg, sha256: Data(SHA256.hash(data: jpeg)), size: image.size)
    }

    private func encoder(for image: PixelBuffer) throws(StillError) -> JPEGEncoder {
        if let encoder, encoder.fits(image) { return encoder }
        let new = try JPEGEncoder(image, quality: quality)
        encoder = new
        return new
    }
}

/// Why a still could not be made.
public struct StillError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done.
    public var operation: String
    /// The picture's size.
    public var size: FrameSize
    /// FFmpeg's status.
    public var ffmpegStatus: Int32

    /// One line for an operator.
    public var description: String {
        "still of \(size.width) × \(size.height): \(operation) failed with status \(ffmpegStatus)"
    }
}

extension Data {
    /// Lower case, two a byte: how evidence files are named.
    var hexadecimalDigits: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
