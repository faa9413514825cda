import ArgumentParser
import CollectorDomain
import CollectorStore
import Foundation

/// Makes a one-time enrolment code.
struct EnrollCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll-code", abstract: "Prints a one-time code (10 minutes) that lets an edge agent enrol.")

    @OptionGroup var options: DataOptions
    @Option(name: .long, help: "The site that the agent is for.")
    var site: String

    func run() async throws {
        try await reporting {
            guard (1...64).contains(site.count) else { throw Failure("--site has 1 to 64 characters", code: 64) }
            let store = try options.open()
            let code = try await store.createEnrolmentCode(site: site, user: nil, now: Date())
            try await store.audit(
                AuditEntry(
                    at: Date(), user: nil, address: "", action: .codeCreated, subject: site, detail: "command line"))
            print(code.code)
        }
    }
}
