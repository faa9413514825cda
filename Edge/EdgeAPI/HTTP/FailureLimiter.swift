import Synchronization

/// How often an address may send a wrong token: a bucket each, refilled slowly. Its memory is bounded.
///
/// A right token always passes, so that one broken tool does not shut out another at the same address.
final class FailureLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: ContinuousClock.Instant
    }

    private static let mostAddresses = 1_000
    private let burst: Double
    private let perSecond: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    init(burst: Double = 10, perSecond: Double = 0.2) { (self.burst, self.perSecond) = (burst, perSecond) }

    /// Counts a failure. Nil while there may be more, else the whole seconds to wait.
    func take(_ address: String, now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.mostAddresses, buckets[address] == nil {
                buckets = buckets.filter { tokens(of: $0.value, now) < burst }
            }
            // Beyond that strangers share one bucket.
            let key = buckets.count >= Self.mostAddresses && buckets[address] == nil ? "" : address
            var bucket = buckets[key] ?? Bucket(tokens: burst, at: now)
            bucket = Bucket(tokens: tokens(of: bucket, now), at: now)
            defer { buckets[key] = bucket }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return nil
            }
            return max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
        }
    }

    private func tokens(of bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
        let passed = (now - bucket.at) / .seconds(1)
        return min(burst, bucket.tokens + max(0, passed) * perSecond)
    }
}
