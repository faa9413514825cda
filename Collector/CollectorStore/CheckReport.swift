/// What `fsck` found.
public struct CheckReport: Hashable, Sendable {
    /// One thing that is wrong.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// Where, e.g. `agent 2, epoch 17, batch 40` or `evidence ab12…`.
        public var place: String
        /// What.
        public var text: String
        /// What a person can do.
        public var advice: String

        /// Place, text and advice on one line.
        public var description: String { "\(place): \(text); \(advice)" }
    }

    /// Sequences of a chain that are neither stored nor covered by a gap: on their way, or lost.
    public struct Missing: Hashable, Sendable {
        /// The agent's number.
        public var agent: Int64
        /// Its epoch.
        public var epoch: Int64
        /// Inclusive ranges.
        public var ranges: [ClosedRange<Int64>]
    }

    /// What is wrong; at most ``problemLimit`` are kept.
    public internal(set) var problems: [Problem] = []
    /// All problems, also those that were not kept.
    public internal(set) var problemCount = 0
    /// Numbers that were never delivered.
    public internal(set) var missing: [Missing] = []
    /// Batches whose signature, hash and place in the chain were checked.
    public internal(set) var batches = 0
    /// Records compared with their rows.
    public internal(set) var records = 0
    /// Evidence files whose SHA-256 was computed.
    public internal(set) var evidenceFiles = 0
    /// Evidence files that records name and that have not arrived.
    public internal(set) var evidenceAwaited = 0

    /// Problems that are kept.
    public static let problemLimit = 200

    /// Whether nothing is wrong. Missing numbers are not wrong in themselves: they may be on their way.
    public var isClean: Bool { problemCount == 0 }

    mutating func add(_ place: String, _ text: String, advice: String) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(Problem(place: place, text: text, advice: advice)) }
    }
}
