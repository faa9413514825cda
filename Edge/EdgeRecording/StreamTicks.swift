/// Times in recordings: 90,000 ticks a second, as RTP counts video.
enum StreamTicks {
    static let perSecond: Int64 = 90_000

    /// Rounded to the nearest tick.
    static func ticks(nanoseconds: Int64) -> Int64 {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return whole * perSecond + (rest * 9 + (rest < 0 ? -50_000 : 50_000)) / 100_000
    }

    static func nanoseconds(ticks: Int64) -> Int64 {
        let (whole, rest) = ticks.quotientAndRemainder(dividingBy: perSecond)
        return whole * 1_000_000_000 + rest * 100_000 / 9
    }

    static func microseconds(ticks: Int64) -> Int64 { nanoseconds(ticks: ticks) / 1000 }
}

extension Duration {
    /// Whole nanoseconds; clamped to 63 years, so that differences of what a camera sends never overflow.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, -2_000_000_000), 2_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
