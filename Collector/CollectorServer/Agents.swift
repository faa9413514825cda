import ArgumentParser
import CollectorDomain
import CollectorStore
import Foundation

/// Lists and revokes agents.
struct Agents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "Lists or revokes edge agents.", subcommands: [List.self, Revoke.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the edge agents, one a line.")
        @OptionGroup var options: DataOptions

        func run() async throws {
            try await reporting {
                let agents = try await options.open().agents(scope: .all, now: Date())
                for status in agents { print(line(status)) }
            }
        }

        private func line(_ status: AgentStatus) -> String {
            let agent = status.agent
            let state = agent.isEnrolled ? status.freshness.rawValue : "revoked"
            let seen = agent.lastSeenAt.map { $0.ISO8601Format() } ?? "never"
            return [String(agent.id), agent.site, agent.name, state, seen, String(agent.keyHex.prefix(12))]
                .joined(separator: "\t")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an agent's right to deliver; what it delivered stays.")
        @OptionGroup var options: DataOptions
        @Argument(help: "The agent's number, as `agents list` prints it.")
        var agent: Int64

        func run() async throws {
            try await reporting {
                let store = try options.open()
                try await store.revokeAgent(agent, now: Date())
                try await store.audit(
                    AuditEntry(
                        at: Date(), user: nil, address: "", action: .agentRevoked, subject: "\(agent)",
                        detail: "command line"))
            }
        }
    }
}
