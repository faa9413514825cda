public import EdgeCore

/// How far a counted number may be off: calibrated on pictures that the network did not learn from (see its card).
///
/// Wherever the network counts `n` people, the truth lies in 9 of 10 pictures between `n - below · s` and `n + above · s`,
/// with `s = floor + slope · n`.
public struct CrowdInterval: Hashable, Sendable {
    /// People: the error's scale where nobody is.
    public var floor: Double
    /// The error's scale for each person more.
    public var slope: Double
    /// How many scales the truth may lie below.
    public var below: Double
    /// How many scales the truth may lie above.
    public var above: Double
    /// Both ends lie so many times as far away where the picture is hardly fit for counting.
    public var doubtful: Double

    /// Makes an interval's parameters.
    public init(floor: Double, slope: Double, below: Double, above: Double, doubtful: Double) {
        self.floor = floor
        self.slope = slope
        self.below = below
        self.above = above
        self.doubtful = doubtful
    }

    /// The count that is told for a sum of the map.
    public func count(_ people: Double, doubt: CrowdCount.Doubt?) -> CrowdCount {
        let scale = (floor + slope * people) * (doubt == nil ? 1 : doubtful)
        let count = Int(people.rounded())
        let low = min(count, max(0, Int((people - below * scale).rounded(.down))))
        let high = max(count, Int((people + above * scale).rounded(.up)))
        return CrowdCount(count: count, low: low, high: high, doubt: doubt)
    }
}
