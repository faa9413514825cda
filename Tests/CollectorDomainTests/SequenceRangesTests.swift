import CollectorDomain
import Testing

@Suite struct SequenceRangesTests {
    @Test func neighboursMerge() {
        let set = SequenceRanges([1...3, 7...9, 4...6])
        #expect(set.ranges == [1...9])
        #expect(set.contiguousMark == 9)
    }

    @Test func holesAreNamed() {
        let set = SequenceRanges([3...4, 8...8])
        #expect(set.contiguousMark == 0)
        #expect(set.missing == [1...2, 5...7])
    }

    @Test func theWholeRangeDoesNotOverflow() {
        var set = SequenceRanges([5...Int64.max])
        set.insert(1...4)
        #expect(set.ranges == [1...Int64.max])
        #expect(set.missing.isEmpty)
        set.insert(Int64.max)
        #expect(set.contiguousMark == Int64.max)
    }

    @Test(arguments: 0..<200) func agreesWithAPlainSet(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var set = SequenceRanges()
        var plain = Set<Int64>()
        for _ in 0..<Int.random(in: 1...60, using: &generator) {
            let first = Int64.random(in: 1...200, using: &generator)
            let range = first...(first + Int64.random(in: 0...12, using: &generator))
            set.insert(range)
            plain.formUnion(range)
        }
        let flat = set.ranges.flatMap { Array($0) }
        #expect(flat == plain.sorted(), "seed \(seed)")
        #expect(
            zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }, "seed \(seed)")
        let mark = (1...).first { !plain.contains($0) } ?? 0
        #expect(set.contiguousMark == Int64(mark) - 1, "seed \(seed)")
        #expect(
            set.missing.flatMap { Array($0) } == (1...(plain.max() ?? 1)).filter { !plain.contains($0) }, "seed \(seed)"
        )
        #expect((1...230).allSatisfy { set.contains($0) == plain.contains($0) }, "seed \(seed)")
    }
}

/// SplitMix64: small, seeded, good enough to choose test cases.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
