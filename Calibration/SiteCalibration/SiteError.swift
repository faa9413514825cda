/// One thing wrong in a site file: where it stands and what to do about it.
public struct SiteProblem: Hashable, Sendable, CustomStringConvertible {
    /// The key path, e.g. `zones[2].points`; empty for the file as a whole.
    public var path: String
    /// What is wrong and what to write instead.
    public var message: String

    /// Makes a problem.
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    /// `zones[2].points: …`, or the message alone.
    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// A site file that cannot be used, with everything that is wrong in it.
public struct SiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    public enum Kind: String, Hashable, Sendable {
        /// The text is wrong: somebody must edit the file.
        case malformed
        /// The file is sound but belongs to another stream: choose the right stream or measure again.
        case mismatch
    }

    /// What the caller can do.
    public var kind: Kind
    /// The file's name as the caller gave it.
    public var file: String
    /// In the order of the file's sections; never empty.
    public var problems: [SiteProblem]

    /// Makes an error.
    public init(kind: Kind, file: String, problems: [SiteProblem]) {
        self.kind = kind
        self.file = file
        self.problems = problems
    }

    /// One line a problem, each beginning with the file's name.
    public var description: String {
        problems.map { "\(file): \($0)" }.joined(separator: "\n")
    }
}
