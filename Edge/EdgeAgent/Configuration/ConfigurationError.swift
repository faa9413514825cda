/// What is wrong with a configuration file, all of it at once.
struct ConfigurationError: Error, CustomStringConvertible {
    /// One mistake.
    struct Problem: Hashable {
        /// Line of the file, from 1; nil where the file as a whole is meant.
        var line: Int?
        /// e.g. `cameras[2].url`; empty where the file as a whole is meant.
        var keyPath: String
        /// What is wrong and what to do.
        var text: String
    }

    var file: String
    var problems: [Problem]

    /// One line a problem: `agent.yaml:12: cameras[2].url: …`.
    var description: String {
        problems.map { problem in
            let place = problem.line.map { "\(file):\($0)" } ?? file
            return problem.keyPath.isEmpty
                ? "\(place): \(problem.text)" : "\(place): \(problem.keyPath): \(problem.text)"
        }.joined(separator: "\n")
    }
}
