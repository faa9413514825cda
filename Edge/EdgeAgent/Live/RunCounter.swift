import Foundation

/// Counts the runs of an agent, so that identities of one run never come again in another, whatever the clock says.
struct RunCounter {
    /// The number of this run, from 1.
    let run: UInt64

    /// Counts one more run in the file `runs` of the agent's folder.
    init(in folder: URL) throws {
        let file = folder.appendingPathComponent("runs")
        let text = try? String(contentsOf: file, encoding: .utf8)  // absent at the first run
        run = (text.flatMap { UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0) + 1
        try Data("\(run)\n".utf8).write(to: file, options: .atomic)
    }

    /// Where the identities of this run begin: room for four thousand million in each.
    var firstIdentity: UInt64 { run << 32 | 1 }
}
