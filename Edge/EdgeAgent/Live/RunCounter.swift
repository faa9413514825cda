import Foundation

/// Counts the runs of an agent, so that identities of one run never come again in another, whatever the clock says.
struct RunCounter {
    /// The number of this run, from 1.
    let run: UInt64
    /// Why the number could not be counted or kept; nil while all is well.
    private(set) var problem: String?

    /// Counts one more run in the file `runs` of the agent's folder.
    ///
    /// Where the file is broken or cannot be written (a full disk must not keep an agent from shipping), the number is
    /// the time in seconds: larger than any count of runs.
    init(in folder: URL, now: Date = Date()) {
        let file = folder.appendingPathComponent("runs")
        let text = try? String(contentsOf: file, encoding: .utf8)  // absent at the first run
        let last = text.map { UInt64($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
        let time = UInt64(max(0, now.timeIntervalSince1970))
        let next = last.map { $0 &+ 1 } ?? time
        do {
            try Data("\(next)\n".utf8).write(to: file, options: .atomic)
            run = next
            problem = last == nil ? "\(file.path) is broken; runs are counted from the time" : nil
        } catch {
            run = time
            problem = "\(file.path) cannot be written; runs are counted from the time"
        }
    }

    /// Where the identities of this run begin: room for four thousand million in each.
    var firstIdentity: UInt64 { run << 32 | 1 }
}
