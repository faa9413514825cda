import ArgumentParser

/// The collector: takes in what edge agents send and shows it to people.
@main
struct Collector: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collector", abstract: "Takes in what edge agents send and shows it to people.",
        subcommands: [Serve.self, EnrollCode.self, Agents.self, Users.self, Fsck.self])
}
