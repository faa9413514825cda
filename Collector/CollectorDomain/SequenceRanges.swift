/// A set of sequence numbers kept as merged, ascending, inclusive ranges.
///
/// Neighbours merge: 1…3 and 4…5 are 1…5. Holds what an agent's records and gaps cover.
public struct SequenceRanges: Hashable, Sendable {
    /// Disjoint, not touching, ascending.
    public private(set) var ranges: [ClosedRange<Int64>] = []

    /// Makes an empty set.
    public init() {}

    /// Makes a set that covers all of `ranges`.
    public init(_ ranges: some Sequence<ClosedRange<Int64>>) {
        for range in ranges { insert(range) }
    }

    /// Adds a range.
    ///
    /// - Complexity: O(log n) to find the place, plus the ranges behind it that move.
    public mutating func insert(_ range: ClosedRange<Int64>) {
        let first = firstIndex { $0.upperBound >= range.lowerBound || $0.upperBound + 1 == range.lowerBound }
        var last = first
        var merged = range
        while last < ranges.count, touches(ranges[last], range) {
            merged = min(merged.lowerBound, ranges[last].lowerBound)...max(merged.upperBound, ranges[last].upperBound)
            last += 1
        }
        ranges.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }

    /// Adds one number.
    public mutating func insert(_ number: Int64) { insert(number...number) }

    /// Whether a number is covered.
    public func contains(_ number: Int64) -> Bool {
        let index = firstIndex { $0.upperBound >= number }
        return index < ranges.count && ranges[index].lowerBound <= number
    }

    /// The highest number up to which, from 1, every number is covered; 0 when 1 is not.
    public var contiguousMark: Int64 {
        guard let first = ranges.first, first.lowerBound <= 1 else { return 0 }
        return max(0, first.upperBound)
    }

    /// The numbers from 1 to the highest covered one that are not covered.
    public var missing: [ClosedRange<Int64>] {
        var next: Int64 = 1
        var holes: [ClosedRange<Int64>] = []
        for range in ranges {
            if range.lowerBound > next { holes.append(next...(range.lowerBound - 1)) }
            guard range.upperBound < Int64.max else { break }
            next = max(next, range.upperBound + 1)
        }
        return holes
    }

    private func touches(_ left: ClosedRange<Int64>, _ right: ClosedRange<Int64>) -> Bool {
        left.lowerBound <= right.upperBound || left.lowerBound - 1 == right.upperBound
    }

    private func firstIndex(where isPast: (ClosedRange<Int64>) -> Bool) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if isPast(ranges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
