import CFFmpeg
import EdgeCore
import EventModel
import Synchronization

/// Turns decoded AVFrames into ``PixelBuffer``s without copying, reusing a handful of them. One thread.
///
/// A buffer that a consumer still holds is never touched: when all are held, a further one is made and forgotten.
final class PicturePool {
    private var slots: [Slot] = []
    private let capacity: Int
    private var converter = PictureConverter()

    init(capacity: Int = 4) { self.capacity = capacity }

    /// Moves `picture` into a free buffer; nil when the memory for a conversion cannot be had.
    func wrap(_ picture: UnsafeMutablePointer<AVFrame>) -> PixelBuffer? {
        guard let layout = PictureLayout(of: picture) else {
            return wrapConverted(picture)
        }
        return place(layout) { av_frame_move_ref($0, picture) }
    }

    private func wrapConverted(_ picture: UnsafeMutablePointer<AVFrame>) -> PixelBuffer? {
        guard let converted = converter.convert(picture), let layout = PictureLayout(of: converted) else { return nil }
        return place(layout) { av_frame_move_ref($0, converted) }
    }

    private func place(
        _ layout: PictureLayout, _ fill: (UnsafeMutablePointer<AVFrame>) -> Void
    ) -> PixelBuffer? {
        if let index = releaseFreeSlots() {
            fill(slots[index].memory.frame)
            return slots[index].publish(layout)
        }
        guard var slot = Slot() else { return nil }
        fill(slot.memory.frame)
        let buffer = slot.publish(layout)
        if slots.count < capacity { slots.append(slot) }
        return buffer
    }

    // All free slots give their pictures back to the decoder, so that idle buffers hold no memory.
    private func releaseFreeSlots() -> Int? {
        var free: Int?
        for index in slots.indices where slots[index].isFree() {
            av_frame_unref(slots[index].memory.frame)
            free = free ?? index
        }
        return free
    }
}

/// One reusable buffer and the AVFrame under it.
private struct Slot {
    let memory: FrameMemory
    private var buffer: PixelBuffer?

    init?() {
        guard let frame = av_frame_alloc() else { return nil }
        memory = FrameMemory(frame: frame)
    }

    mutating func isFree() -> Bool {
        guard isKnownUniquelyReferenced(&buffer) else { return false }
        atomicMemoryFence(ordering: .acquiring)  // the last reader's reads come before our writes
        return true
    }

    mutating func publish(_ layout: PictureLayout) -> PixelBuffer? {
        let size = FrameSize(width: Int(memory.frame.pointee.width), height: Int(memory.frame.pointee.height))
        guard let (luma, chroma) = layout.planes(of: memory.frame) else { return nil }
        if let buffer {
            buffer.replace(
                size: size, format: layout.format, isFullRange: layout.isFullRange, luma: luma, chroma: chroma)
        } else {
            buffer = PixelBuffer(
                size: size, format: layout.format, isFullRange: layout.isFullRange, luma: luma, chroma: chroma,
                owner: memory)
        }
        return buffer
    }
}

/// Owns one AVFrame.
private final class FrameMemory {
    let frame: UnsafeMutablePointer<AVFrame>

    init(frame: UnsafeMutablePointer<AVFrame>) { self.frame = frame }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }
}
