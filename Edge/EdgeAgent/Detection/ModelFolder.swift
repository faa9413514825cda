import Foundation

/// Finds the trained models that came with the agent.
enum ModelFolder {
    /// What names another folder of models.
    static let variable = "NGATU_MODELS"
    private static let installed = "/usr/share/ngatu/models"

    /// The description of the detector that came with the agent.
    ///
    /// - Throws: ``ConfigurationText`` that says where it was looked for.
    static func detector() throws -> String { try description("vehicle-detector") }

    /// The description of the counter of people that came with the agent.
    ///
    /// - Throws: ``ConfigurationText`` that says where it was looked for.
    static func crowdCounter() throws -> String { try description("crowd-counter") }

    /// Looks into the folder that ``variable`` names; else above the program (a checkout), then where a package installs.
    static func description(
        _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        program: String = executable
    ) throws -> String {
        let folders = environment[variable].map { [$0] } ?? above(program) + [installed]
        let paths = folders.map { "\($0)/\(name)/model.json" }
        if let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) { return path }
        throw ConfigurationText(
            "no trained model '\(name)': looked for \(paths.joined(separator: ", ")). Set \(variable) to the folder "
                + "that holds it, or name its model.json")
    }

    private static func above(_ program: String) -> [String] {
        var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
        var found: [String] = []
        while folder.path != "/" {
            found.append(folder.appendingPathComponent("Models/Trained").path)
            folder.deleteLastPathComponent()
        }
        return found.filter { FileManager.default.fileExists(atPath: $0) }
    }

    private static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
