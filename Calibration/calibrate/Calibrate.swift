import ArgumentParser

/// The command `calibrate`: work on site files.
@main
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Checks the site files of cameras.", subcommands: [Check.self])

    /// The exit codes of the contract: 64 for wrong usage, 65 for bad input.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let isUsage = exitCode(for: error) == .validationFailure
            let message = fullMessage(for: error)
            if !message.isEmpty { isUsage ? writeError(message) : write(message) }
            exitProcess(isUsage ? 64 : exitCode(for: error).rawValue)
        }
    }
}
