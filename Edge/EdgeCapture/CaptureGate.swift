import Glibc
import Synchronization

/// Bounds blocking calls: each libavformat call ends soon after the deadline set here, or after ``cancel()``.
///
/// One reader sets the deadline; any thread may cancel.
public final class CaptureGate: Sendable {
    private let deadline = Atomic<Int64>(.max)
    private let cancelled = Atomic<Bool>(false)

    /// An open gate.
    public init() {}

    /// Ends the blocking call in progress and refuses all later ones. From any thread.
    public func cancel() { cancelled.store(true, ordering: .releasing) }

    /// True once ``cancel()`` was called.
    public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Gives the calls that follow `limit` from now.
    func allow(_ limit: Duration) {
        deadline.store(MonotonicClock.nanoseconds() &+ limit.nanoseconds, ordering: .relaxed)
    }

    /// True when a blocking call has to give up.
    var isShut: Bool {
        isCancelled || MonotonicClock.nanoseconds() > deadline.load(ordering: .relaxed)
    }
}

/// The host's two clocks.
enum MonotonicClock {
    /// Nanoseconds since boot: never jumps.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Nanoseconds since 1970 UTC: jumps when somebody sets the clock.
    static func wallNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Duration {
    /// Whole nanoseconds; beyond the range of `Int64` the nearest end of it, halved so that sums stay in range.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, abs(product) < Int64.max / 2 else { return seconds < 0 ? .min / 2 : .max / 2 }
        return product + attoseconds / 1_000_000_000
    }
}
