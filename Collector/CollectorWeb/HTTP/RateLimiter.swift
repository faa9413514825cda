import Foundation
import Synchronization

/// How often something may happen: over a long time, and at once.
public struct RateLimit: Hashable, Sendable {
    /// Allowed over a long time.
    public var perSecond: Double
    /// Allowed at once after a rest.
    public var burst: Double

    /// Makes a limit.
    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Token buckets by key. Its memory is bounded: full buckets are forgotten, and beyond 10,000 keys a stranger shares one.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Date
    }

    private static let keyLimit = 10_000
    private let limit: RateLimit
    private let buckets = Mutex<[String: Bucket]>([:])

    init(_ limit: RateLimit) { self.limit = limit }

    /// Takes one token. Returns nil when there was one, else the whole seconds until there is.
    func take(_ key: String, now: Date) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.keyLimit, buckets[key] == nil { forgetFull(&buckets, now: now) }
            let key = buckets.count >= Self.keyLimit && buckets[key] == nil ? "" : key
            var bucket = buckets[key] ?? Bucket(tokens: limit.burst, at: now)
            bucket.tokens = tokens(of: bucket, now: now)
            bucket.at = now
            defer { buckets[key] = bucket }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return nil
            }
            return max(1, Int(((1 - bucket.tokens) / limit.perSecond).rounded(.up)))
        }
    }

    private func tokens(of bucket: Bucket, now: Date) -> Double {
        // A clock that was set back refills nothing.
        min(limit.burst, bucket.tokens + max(0, now.timeIntervalSince(bucket.at)) * limit.perSecond)
    }

    private func forgetFull(_ buckets: inout [String: Bucket], now: Date) {
        buckets = buckets.filter { tokens(of: $0.value, now: now) < limit.burst }
    }
}
