public import Foundation

/// Failed log-ins of one login name or one network address, as persisted.
public struct LoginFailures: Hashable, Sendable {
    /// How many since the last success or the last long rest.
    public var count: Int
    /// The newest; nil when there is none.
    public var lastAt: Date?

    /// Makes counters; by default none.
    public init(count: Int = 0, lastAt: Date? = nil) {
        self.count = count
        self.lastAt = lastAt
    }
}

/// How long the next log-in has to wait.
///
/// Five tries are free for a name, twenty for an address (a whole office may share one); then the wait doubles from 2 s
/// up to 15 minutes. A day of rest forgets. Never a lock: a stranger must not be able to shut an officer out for good.
public enum LoginThrottle {
    /// Tries without a wait: for a login name.
    public static let freeTriesOfLogin = 5
    /// Tries without a wait: for an address.
    public static let freeTriesOfAddress = 20
    /// The longest wait.
    public static let longestWait = Duration.seconds(900)
    /// After so long without a failure all is forgotten.
    public static let memory = Duration.seconds(86_400)

    /// The moment from which a log-in is heard; nil: now.
    public static func waitUntil(login: LoginFailures, address: LoginFailures, now: Date) -> Date? {
        let waits = [
            end(login, free: freeTriesOfLogin, now: now), end(address, free: freeTriesOfAddress, now: now),
        ]
        return waits.compactMap { $0 }.max()
    }

    /// The counters after one more failure.
    public static func failed(_ failures: LoginFailures, now: Date) -> LoginFailures {
        LoginFailures(count: isForgotten(failures, now: now) ? 1 : failures.count + 1, lastAt: now)
    }

    private static func end(_ failures: LoginFailures, free: Int, now: Date) -> Date? {
        guard failures.count >= free, let last = failures.lastAt, !isForgotten(failures, now: now) else { return nil }
        let doublings = min(failures.count - free, 30)
        let seconds = min(2 * Double(1 << doublings), Double(longestWait.components.seconds))
        // A last failure in the future means that the clock was set back: wait from now.
        let until = min(last, now).addingTimeInterval(seconds)
        return until > now ? until : nil
    }

    private static func isForgotten(_ failures: LoginFailures, now: Date) -> Bool {
        guard let last = failures.lastAt else { return true }
        return now.timeIntervalSince(last) >= Double(memory.components.seconds)
    }
}
