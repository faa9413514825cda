import CZstd
public import Foundation

/// Zstandard frames (RFC 8878) with a bound on what they unpack to.
public enum Zstd {
    /// Measured on batches of 500 passages: level 9 takes 0.5 ms and 52.8 bytes a passage, level 3 0.12 ms and 53.9.
    public static let level: Int32 = 9

    /// Packs `data` into one frame that states its unpacked size.
    public static func compress(_ data: Data) throws(BatchError) -> Data {
        var packed = Data(count: ZSTD_compressBound(data.count))
        let count = packed.withUnsafeMutableBytes { target in
            data.withUnsafeBytes { source in
                ZSTD_compress(target.baseAddress, target.count, source.baseAddress, source.count, level)
            }
        }
        guard ZSTD_isError(count) == 0 else { throw BatchError(.malformed, "zstd: \(reason(count))") }
        packed.removeSubrange(count...)
        return packed
    }

    /// Unpacks one frame.
    ///
    /// - Parameter limit: most bytes it may unpack to; a frame that states more, or no size, is refused unread.
    public static func decompress(_ frame: Data, limit: Int) throws(BatchError) -> Data {
        let stated = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard stated < UInt64.max - 1 else { throw BatchError(.malformed, "not a zstd frame that states its size") }
        guard stated <= UInt64(limit) else {
            throw BatchError(.tooLarge, "unpacks to \(stated) bytes; at most \(limit) are taken")
        }
        var data = Data(count: Int(stated))
        let count = data.withUnsafeMutableBytes { target in
            frame.withUnsafeBytes { source in
                ZSTD_decompress(target.baseAddress, target.count, source.baseAddress, source.count)
            }
        }
        guard ZSTD_isError(count) == 0 else { throw BatchError(.malformed, "zstd: \(reason(count))") }
        guard count == data.count else { throw BatchError(.malformed, "zstd frame is shorter than it states") }
        return data
    }

    private static func reason(_ code: Int) -> String { String(cString: ZSTD_getErrorName(code)) }
}
