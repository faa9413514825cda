import ArgumentParser
import CollectorStore
import Foundation

/// Checks everything that is stored.
struct Fsck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Checks signatures, chains, counts and evidence files. Changes no record and no evidence file.",
        discussion: """
            Works while the collector runs. Like every command it first brings a database of an older version up to \
            date, and proves that it can be written to. Exit code 0: all is well. 65: something is wrong.
            """)

    @OptionGroup var options: DataOptions
    @Flag(name: .long, help: "Print one JSON object instead of text.") var json = false
    @Flag(name: .customLong("skip-evidence"), help: "Do not read the evidence files.") var skipEvidence = false

    func run() async throws {
        try await reporting {
            let store = try options.open()
            let progress = Task { try await Self.showProgress() }
            defer { progress.cancel() }
            let report = try await store.check(evidence: !skipEvidence)
            StandardOutput.line(json ? try report.jsonLine() : report.text)
            if !report.isClean { throw ExitCode(65) }
        }
    }

    /// A line on standard error every ten seconds: a large store takes minutes.
    private static func showProgress() async throws {
        let start = ContinuousClock.now
        while true {
            try await Task.sleep(for: .seconds(10))
            let seconds = (ContinuousClock.now - start).components.seconds
            FileHandle.standardError.write(Data("collector: still checking after \(seconds) s\n".utf8))
        }
    }
}

extension CheckReport {
    /// For people.
    fileprivate var text: String {
        var lines = [
            "batches checked:         \(batches)", "records compared:        \(records)",
            "evidence files checked:  \(evidenceFiles)", "evidence not here yet:   \(evidenceAwaited)",
        ]
        for entry in missing {
            let ranges = entry.ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
            lines.append("not delivered (yet):     agent \(entry.agent), epoch \(entry.epoch): \(ranges)")
        }
        lines += problems.map { "PROBLEM  \($0)" }
        if problemCount > problems.count { lines.append("… and \(problemCount - problems.count) more") }
        lines.append(isClean ? "all is well" : "\(problemCount) problems")
        return lines.joined(separator: "\n")
    }

    /// For programs.
    fileprivate func jsonLine() throws -> String {
        let object: [String: Any] = [
            "clean": isClean, "batches": batches, "records": records, "evidenceFiles": evidenceFiles,
            "evidenceAwaited": evidenceAwaited, "problemCount": problemCount,
            "problems": problems.map { ["place": $0.place, "text": $0.text, "advice": $0.advice] },
            "missing": missing.map { entry in
                [
                    "agent": entry.agent, "epoch": entry.epoch,
                    "ranges": entry.ranges.map { [$0.lowerBound, $0.upperBound] },
                ] as [String: Any]
            },
        ]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }
}
