import ArgumentParser
import BatchCodec
import EdgeOutbox
import Foundation

/// `edge-agent enroll`: makes this agent known to a collector, once.
struct Enroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes this agent known to a collector with a one-time code.",
        discussion:
            "The collector shows the code: page Thiết bị biên, or 'collector enroll-code'. It is good for ten minutes, once."
    )

    @Option(help: ArgumentHelp("The agent's configuration.", valueName: "file"))
    var config = "/etc/ngatu/agent.yaml"

    @Argument(help: "The collector's address, e.g. https://collector.example:8443.")
    var url: String

    @Argument(help: "The one-time code; blanks and dashes do not matter.")
    var code: String

    func validate() throws {
        guard let address = URL(string: url), ["http", "https"].contains(address.scheme), address.host() != nil else {
            throw ValidationError("'\(url)' is not an address such as https://collector.example:8443")
        }
    }

    func run() async throws {
        guard let address = URL(string: url) else { return }
        do {
            let agent = try AgentConfiguration.load(config)
            let paths = try AgentPaths(agent.dataDirectory)
            let enrolled = try await Enrolment.enrol(
                collector: address, code: code, name: agent.name, keyFile: paths.key,
                certificateAuthority: agent.collectorCertificates?.path)
            print(
                "enrolled at \(enrolled.receipt.collector) as agent \(enrolled.receipt.agent), site \(enrolled.receipt.site)"
            )
        } catch let error as OutboxError where error.kind == .unreachable {
            complain("\(error)")
            throw ExitCode.unavailable
        } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
    }
}
