import Foundation

/// The files in an agent's folder.
struct AgentPaths: Sendable {
    var folder: URL

    /// Makes the folder where it is missing; only its owner may enter it.
    init(_ folder: URL) throws {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ConfigurationText(
                "agent.data: '\(folder.path)' cannot be made; give another folder, or this one to the agent's user")
        }
    }

    /// The private key.
    var key: String { folder.appendingPathComponent("agent.key").path }
    /// The secret of the API.
    var apiToken: URL { folder.appendingPathComponent("api-token") }
    /// Clips that were asked of the API.
    var exports: URL { folder.appendingPathComponent("exports") }
    /// Records and evidence that wait for the collector.
    var spool: String { folder.appendingPathComponent("spool").path }
    /// Films that wait for their end, where nothing is recorded.
    var films: URL { folder.appendingPathComponent("films") }
    /// What is remembered of the cameras' condition.
    var views: URL { folder.appendingPathComponent("views") }
}
