/// `; did you mean 'x'?` for the nearest word, `; known: …` where none is near.
func suggestion(for word: String, among words: [String]) -> String {
    // Longer texts are no slips of the key, and the distance is quadratic.
    guard word.utf8.count <= 40 else { return "; known: " + words.joined(separator: ", ") }
    let ranked = words.map { (word: $0, distance: editDistance(word.lowercased(), $0.lowercased())) }
    if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.word.count / 3) {
        return "; did you mean '\(best.word)'?"
    }
    return "; known: " + words.joined(separator: ", ")
}

/// How many characters must be put in, taken out, changed or swapped with their neighbour.
///
/// Worked: `shedule` to `schedule` is 1, `knid` to `kind` is 1, `frame` to `lines` is 5.
func editDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    var rows = [Array(0...b.count)]
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
            row.append(cost)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
