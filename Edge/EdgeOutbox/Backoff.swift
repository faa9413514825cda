/// Waits that double from 1 s to 60 s, each shortened by a random part of up to a half, so that agents that lost their
/// collector together do not come back together. Pure: the randomness is seeded.
struct Backoff: Hashable, Sendable {
    private var attempts = 0
    private var random: UInt64

    static let longest: Duration = .seconds(60)

    init(seed: UInt64) { random = seed }

    /// The wait after one more failure.
    mutating func next() -> Duration {
        let full = min(60.0, Double(1 << min(attempts, 6)))
        attempts += 1
        return .seconds(full * (0.5 + 0.5 * nextUnit()))
    }

    mutating func reset() { attempts = 0 }

    /// SplitMix64, 0 ..< 1.
    private mutating func nextUnit() -> Double {
        random &+= 0x9e37_79b9_7f4a_7c15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
