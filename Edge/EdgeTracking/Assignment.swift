/// Finds the cheapest pairs of rows and columns (the Hungarian method with potentials). Keeps its memory.
///
/// - Complexity: O(n² m) for n the smaller and m the larger side.
struct Assignment: Sendable {
    /// What it costs to leave a row and a column alone: dearer pairs are never made, and two poor pairs never replace
    /// one good one.
    static let alone = 1.0

    private var rowPotential: [Double] = []
    private var columnPotential: [Double] = []
    private var rowOfColumn: [Int] = []
    private var way: [Int] = []
    private var slack: [Double] = []
    private var isDone: [Bool] = []

    /// Pairs rows with columns.
    ///
    /// - Parameters:
    ///   - cost: row after row, `rows * columns` values; ``alone`` or more for a pair that must not be.
    ///   - columnOfRow: receives the column of each row, or -1.
    mutating func solve(cost: [Double], rows: Int, columns: Int, columnOfRow: inout [Int]) {
        columnOfRow.removeAll(keepingCapacity: true)
        for _ in 0..<rows { columnOfRow.append(-1) }
        guard rows > 0, columns > 0 else { return }
        let isTurned = rows > columns
        let short = min(rows, columns)
        let long = max(rows, columns)
        prepare(short, long)
        for row in 1...short {
            augment(row, long) { isTurned ? cost[($1 - 1) * columns + $0 - 1] : cost[($0 - 1) * columns + $1 - 1] }
        }
        for column in 1...long where rowOfColumn[column] > 0 {
            let (row, partner) =
                isTurned ? (column - 1, rowOfColumn[column] - 1) : (rowOfColumn[column] - 1, column - 1)
            if cost[row * columns + partner] < Self.alone { columnOfRow[row] = partner }
        }
    }

    private mutating func prepare(_ short: Int, _ long: Int) {
        fill(&rowPotential, 0, short + 1)
        fill(&columnPotential, 0, long + 1)
        fill(&rowOfColumn, 0, long + 1)
        fill(&way, 0, long + 1)
        fill(&slack, 0, long + 1)
        fill(&isDone, false, long + 1)
    }

    /// Finds a place for one more row by the cheapest chain of exchanges. Rows and columns count from 1; 0 is nobody.
    private mutating func augment(_ row: Int, _ columns: Int, _ cost: (Int, Int) -> Double) {
        rowOfColumn[0] = row
        for column in 0...columns {
            slack[column] = .infinity
            isDone[column] = false
        }
        var current = 0
        repeat {
            isDone[current] = true
            current = nearestColumn(from: current, columns, cost)
        } while rowOfColumn[current] != 0
        while current != 0 {
            let previous = way[current]
            rowOfColumn[current] = rowOfColumn[previous]
            current = previous
        }
    }

    /// The open column that costs least more, after the potentials have been moved to it.
    private mutating func nearestColumn(from current: Int, _ columns: Int, _ cost: (Int, Int) -> Double) -> Int {
        let row = rowOfColumn[current]
        var step = Double.infinity
        var nearest = 0
        for column in 1...columns where !isDone[column] {
            let reduced = cost(row, column) - rowPotential[row] - columnPotential[column]
            if reduced < slack[column] {
                slack[column] = reduced
                way[column] = current
            }
            if slack[column] < step {
                step = slack[column]
                nearest = column
            }
        }
        for column in 0...columns {
            if isDone[column] {
                rowPotential[rowOfColumn[column]] += step
                columnPotential[column] -= step
            } else {
                slack[column] -= step
            }
        }
        return nearest
    }
}

/// Overwrites an array without giving its memory back.
private func fill<Value>(_ array: inout [Value], _ value: Value, _ count: Int) {
    array.removeAll(keepingCapacity: true)
    for _ in 0..<count { array.append(value) }
}
