import ArgumentParser
import Foundation

/// The agent that runs beside the cameras, and its offline commands.
@main
struct EdgeAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge-agent",
        abstract: "Watches cameras, counts and judges, and ships signed records to the collector.",
        discussion: "Results go to standard output, one JSON object a line; logs go to standard error.",
        version: BuildInfo.version,
        subcommands: [Run.self, Enroll.self, Analyze.self, Crowd.self, Detect.self, Probe.self])
}

/// What this build calls itself.
enum BuildInfo {
    /// As in CHANGELOG.md.
    static let version = "0.1.0"
}

/// Exit codes of the contract, after sysexits.h.
extension ExitCode {
    /// Some input was bad; the rest was done.
    static let badInput = ExitCode(65)
    /// A service is not there: camera or collector.
    static let unavailable = ExitCode(69)
    /// A fault of ours or of the machine.
    static let internalError = ExitCode(70)
}

/// Writes one line to standard error, for people.
func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
