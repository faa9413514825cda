/// How many people an area of one picture shows.
public struct CrowdCount: Hashable, Sendable {
    /// Why a number is hardly one, spelled as in the answers of `edge-agent crowd`.
    public enum Doubt: String, CaseIterable, Hashable, Sendable {
        /// Too little light to tell people from ground.
        case tooDark
        /// People are so far away that one covers the other.
        case tooFar
        /// The picture has too few pixels.
        case tooSmall
    }

    /// The best guess.
    public var count: Int
    /// In 9 of 10 pictures there are at least so many.
    public var low: Int
    /// In 9 of 10 pictures there are at most so many.
    public var high: Int
    /// Why it should not be relied on; nil where it may.
    public var doubt: Doubt?

    /// Makes a count.
    public init(count: Int, low: Int, high: Int, doubt: Doubt? = nil) {
        self.count = count
        self.low = low
        self.high = high
        self.doubt = doubt
    }
}

/// What one look at a crowd zone gave.
public struct CrowdReading: Hashable, Sendable {
    /// The zone's id.
    public var zone: String
    /// The people in it.
    public var people: CrowdCount
    /// Who counted.
    public var model: TrainedModelID

    /// Makes a reading.
    public init(zone: String, people: CrowdCount, model: TrainedModelID) {
        self.zone = zone
        self.people = people
        self.model = model
    }
}
