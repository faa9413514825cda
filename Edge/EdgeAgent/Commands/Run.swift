import ArgumentParser
import EdgeOutbox
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `edge-agent run`: watches the cameras of a configuration until it is told to stop.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watches cameras and ships records to the collector, until SIGINT or SIGTERM.")

    @Option(
        help: ArgumentHelp(
            "The agent's configuration; Deploy/agent.example.yaml explains every key.", valueName: "file"))
    var config = "/etc/ngatu/agent.yaml"

    func run() async throws {
        let logger = AgentLogging.start()
        let agent: Agent
        do {
            agent = try Agent(AgentConfiguration.load(config), logger: logger)
        } catch let error as OutboxError {
            complain("\(error)")
            throw error.kind == .badKey || error.kind == .badConfiguration ? ExitCode.badInput : ExitCode.unavailable
        } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
        let group = ServiceGroup(
            services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}

/// Logs of all modules.
enum AgentLogging {
    /// Sends logs to standard error, at the level that NGATU_LOG names (`notice` by default).
    static func start() -> Logger {
        let level = ProcessInfo.processInfo.environment["NGATU_LOG"].flatMap(Logger.Level.init(rawValue:)) ?? .notice
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "ngatu.agent")
    }
}
