import Testing

@testable import EdgeTracking

@Suite struct AssignmentTests {
    private func solve(_ cost: [[Double]]) -> [Int] {
        var assignment = Assignment()
        var result: [Int] = []
        assignment.solve(
            cost: cost.flatMap(\.self), rows: cost.count, columns: cost.first?.count ?? 0, columnOfRow: &result)
        return result
    }

    @Test func theCheapestSumWinsOverTheCheapestFirstPair() {
        #expect(solve([[0.1, 0.2], [0.15, 0.9]]) == [1, 0])
    }

    @Test func moreRowsThanColumnsAndTheOtherWayRound() {
        #expect(solve([[0.5], [0.1], [0.3]]) == [-1, 0, -1])
        #expect(solve([[0.5, 0.1, 0.3]]) == [1])
        #expect(solve([]) == [])
        #expect(solve([[], []]) == [-1, -1])
    }

    @Test func twoPoorPairsDoNotReplaceOneGoodOne() {
        #expect(solve([[0.05, 0.97], [0.97, 1.0]]) == [0, -1])
    }

    @Test(arguments: 1...200)
    func itIsAsGoodAsTryingEverything(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rows = Int.random(in: 1...6, using: &generator)
        let columns = Int.random(in: 1...6, using: &generator)
        let cost = (0..<rows).map { _ in
            (0..<columns).map { _ in Double.random(in: 0...1.3, using: &generator) }.map { min($0, Assignment.alone) }
        }
        let result = solve(cost)
        let used = result.filter { $0 >= 0 }
        #expect(Set(used).count == used.count, "seed \(seed): a column given twice")
        #expect(abs(total(result, cost) - best(cost, row: 0, used: [])) < 1e-9, "seed \(seed)")
    }

    /// What an assignment saves against leaving everything alone.
    private func total(_ result: [Int], _ cost: [[Double]]) -> Double {
        result.enumerated().reduce(0) { $1.element < 0 ? $0 : $0 + cost[$1.offset][$1.element] - Assignment.alone }
    }

    private func best(_ cost: [[Double]], row: Int, used: Set<Int>) -> Double {
        guard row < cost.count else { return 0 }
        let skipped = best(cost, row: row + 1, used: used)
        return cost[row].indices.filter { !used.contains($0) }.reduce(skipped) { least, column in
            min(least, cost[row][column] - Assignment.alone + best(cost, row: row + 1, used: used.union([column])))
        }
    }
}
