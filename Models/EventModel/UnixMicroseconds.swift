public import Foundation

extension Date {
    /// A date from the microseconds that records carry.
    public init(unixMicroseconds: Int64) {
        self.init(timeIntervalSince1970: Double(unixMicroseconds) / 1_000_000)
    }

    /// Microseconds since 1970 UTC, rounded; dates beyond the range of `Int64` are clamped.
    public var unixMicroseconds: Int64 {
        let microseconds = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max)
    }
}

extension Duration {
    /// The duration in seconds, to the precision of a `Double`.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
