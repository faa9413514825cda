public import EventModel

/// How the planes of a ``PixelBuffer`` are laid out: 8 bits a sample, luma first.
public enum PixelFormat: String, Hashable, Sendable {
    /// Luma, then two chroma planes of half the width and half the height.
    case yuv420
    /// Luma, then two chroma planes of half the width.
    case yuv422
    /// Luma, then two chroma planes of the same size.
    case yuv444
    /// Luma alone.
    case gray
}

/// One plane of samples in memory that somebody else owns.
public struct PixelPlane: @unchecked Sendable {  // read-only memory; its owner outlives it (see PixelBuffer)
    /// The first sample of the first row.
    public let baseAddress: UnsafePointer<UInt8>
    /// Bytes from one row to the next, at least `width`.
    public let bytesPerRow: Int
    /// Samples across.
    public let width: Int
    /// Rows.
    public let height: Int

    /// Describes memory; does not own it.
    public init(baseAddress: UnsafePointer<UInt8>, bytesPerRow: Int, width: Int, height: Int) {
        self.baseAddress = baseAddress
        self.bytesPerRow = bytesPerRow
        self.width = width
        self.height = height
    }
}

/// A decoded picture, immutable while anybody but its maker holds it.
///
/// The planes point into memory of `owner` (a decoder's frame, say), which lives as long as the buffer. A maker that
/// keeps a pool may call ``replace(size:format:isFullRange:luma:chroma:)`` on a buffer that nobody else references
/// (`isKnownUniquelyReferenced`): so a running camera allocates no picture objects.
public final class PixelBuffer: @unchecked Sendable {  // written only by its maker, and only while unshared
    /// Pixels across and down.
    public private(set) var size: FrameSize
    /// The layout of ``planes``.
    public private(set) var format: PixelFormat
    /// True when luma uses 0…255 ("JPEG range"), false for 16…235.
    public private(set) var isFullRange: Bool
    /// Luma.
    public private(set) var luma: PixelPlane
    /// The chroma planes Cb and Cr; nil for `gray`.
    public private(set) var chroma: (blue: PixelPlane, red: PixelPlane)?
    /// What keeps the memory of the planes alive.
    public let owner: AnyObject

    /// Makes a buffer over memory of `owner`.
    public init(
        size: FrameSize, format: PixelFormat, isFullRange: Bool, luma: PixelPlane,
        chroma: (blue: PixelPlane, red: PixelPlane)?, owner: AnyObject
    ) {
        self.size = size
        self.format = format
        self.isFullRange = isFullRange
        self.luma = luma
        self.chroma = chroma
        self.owner = owner
    }

    /// Points the buffer at the next picture of the same owner. Only for the maker, and only while unshared.
    public func replace(
        size: FrameSize, format: PixelFormat, isFullRange: Bool, luma: PixelPlane,
        chroma: (blue: PixelPlane, red: PixelPlane)?
    ) {
        self.size = size
        self.format = format
        self.isFullRange = isFullRange
        self.luma = luma
        self.chroma = chroma
    }
}
