import Foundation

/// A lock with a condition whose waits end by the steady clock: setting the host's clock neither cuts nor stretches
/// them, as it does those of `NSCondition`.
///
/// Sendable because the two C objects behind it are made for being shared.
public final class MonotonicCondition: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// An unlocked one.
    public init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` under the lock.
    public func locked<T>(_ body: () throws -> T) rethrows -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes every waiting thread.
    public func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits for a broadcast. Only inside ``locked(_:)``.
    public func wait() { pthread_cond_wait(condition, mutex) }

    /// Waits for a broadcast, at most so long. Only inside ``locked(_:)``.
    public func wait(atMost limit: Duration) {
        var end = Self.now(plus: max(limit, .zero))
        pthread_cond_timedwait(condition, mutex, &end)
    }

    /// Under the lock: lets go of it until `isReady` holds or `timeout` has passed; false then.
    public func wait(timeout: Duration, until isReady: () -> Bool) -> Bool {
        if isReady() { return true }
        guard timeout > .zero else { return false }
        var end = Self.now(plus: timeout)
        while !isReady() {
            if pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT { return isReady() }
        }
        return true
    }

    private static func now(plus timeout: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let (seconds, attoseconds) = min(timeout, .seconds(1_000_000)).components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
