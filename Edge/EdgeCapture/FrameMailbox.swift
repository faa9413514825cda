public import EdgeCore
import Foundation

/// Hands frames from a capture thread to an analysis thread: one slot, the newest frame wins, drops are counted.
///
/// No call allocates. Any thread may call anything; one thread takes.
public final class FrameMailbox: @unchecked Sendable {  // `condition` guards every stored property
    private let condition = NSCondition()
    private var slot: Frame?
    private var dropped: UInt64 = 0
    private var isClosed = false

    /// An empty mailbox.
    public init() {}

    /// Puts a frame in; one that nobody took is dropped and counted. After ``close()`` nothing is kept.
    public func put(_ frame: Frame) {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return }
        if slot != nil { dropped += 1 }
        slot = frame
        condition.signal()
    }

    /// Waits for a frame and takes it out.
    ///
    /// - Returns: nil when none came in time, and at once when the mailbox is closed and empty.
    public func take(timeout: Duration) -> Frame? {
        let limit = Date(timeIntervalSinceNow: Double(timeout.nanoseconds) / 1e9)
        condition.lock()
        defer { condition.unlock() }
        while slot == nil && !isClosed {
            guard condition.wait(until: limit) else { break }
        }
        defer { slot = nil }
        return slot
    }

    /// Ends all waiting; the frame inside can still be taken.
    public func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
    }

    /// True after ``close()``.
    public var isFinished: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isClosed && slot == nil
    }

    /// Frames that nobody took in time.
    public var droppedCount: UInt64 {
        condition.lock()
        defer { condition.unlock() }
        return dropped
    }
}
