/// Waits that double from 1 s to 60 s, each shortened by a random part of up to a half, so that agents that lost their
/// collector together do not come back together. Pure: the randomness is seeded.
struct Backoff: Hashable, Sendable {
    private var attempts = 0
    private var random: SplitMix

    static let longest: Duration = .seconds(60)

    init(seed: UInt64) { random = SplitMix(state: seed) }

    /// The wait after one more failure.
    mutating func next() -> Duration {
        let full = min(60.0, Double(1 << min(attempts, 6)))
        attempts += 1
        return .seconds(full * (0.5 + 0.5 * random.nextUnit()))
    }

    mutating func reset() { attempts = 0 }
}

/// SplitMix64: seeded, so that what is random can be tested.
struct SplitMix: Hashable, Sendable {
    var state: UInt64

    /// 0 ..< 1.
    mutating func nextUnit() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
