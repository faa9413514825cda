public import EventModel
public import Foundation

/// A camera and what is known of it now.
public struct CameraStatus: Hashable, Sendable, Identifiable {
    /// Its number at this collector. Two agents may each have a camera of the same name; these are two numbers.
    public var id: Int64
    /// Its name.
    public var cameraID: CameraID
    /// The agent that watches it.
    public var agent: Int64
    /// The agent's site.
    public var site: String
    /// Its newest health report; nil before the first.
    public var health: Ngatu_V1_CameraHealth?
    /// When that report was made, by the collector's clock: the agent's clock offset is taken out.
    public var healthAt: Date?
    /// When the collector last stored a record of it.
    public var lastRecordAt: Date?
    /// SHA-256 of the newest still that has arrived.
    public var lastStill: Data?
    /// When that still was taken.
    public var lastStillAt: Date?
    /// Whether the health report is new enough.
    public var freshness: Freshness

    /// Makes a status.
    public init(
        id: Int64, cameraID: CameraID, agent: Int64, site: String, health: Ngatu_V1_CameraHealth?, healthAt: Date?,
        lastRecordAt: Date?, lastStill: Data?, lastStillAt: Date?, freshness: Freshness
    ) {
        self.id = id
        self.cameraID = cameraID
        self.agent = agent
        self.site = site
        self.health = health
        self.healthAt = healthAt
        self.lastRecordAt = lastRecordAt
        self.lastStill = lastStill
        self.lastStillAt = lastStillAt
        self.freshness = freshness
    }

    /// Whether it delivers pictures, as far as is known.
    public var isLive: Bool { freshness == .fresh && health?.state == .live }
}

/// How often a line was crossed one way by one class.
public struct LineCount: Hashable, Sendable {
    /// The camera's number.
    public var camera: Int64
    /// The line's name.
    public var line: String
    /// Nil for a class of a newer agent.
    public var objectClass: ObjectClass?
    /// Nil where the records do not say.
    public var direction: CrossingDirection?
    /// Crossings of today (Vietnam).
    public var today: Int
    /// Crossings of the last 60 minutes, the running one included.
    public var lastHour: Int

    /// Makes a count.
    public init(
        camera: Int64, line: String, objectClass: ObjectClass?, direction: CrossingDirection?, today: Int, lastHour: Int
    ) {
        self.camera = camera
        self.line = line
        self.objectClass = objectClass
        self.direction = direction
        self.today = today
        self.lastHour = lastHour
    }
}

/// Counts, and the place in the store's order that they belong to: every record up to there is in them, no later one.
public struct LiveTotals: Hashable, Sendable {
    /// The place.
    public var cursor: StoreCursor
    /// See ``RecordStore/liveCounts(scope:now:)``.
    public var counts: [LineCount]

    /// Makes totals.
    public init(cursor: StoreCursor, counts: [LineCount]) {
        self.cursor = cursor
        self.counts = counts
    }
}

/// Crossings of one line by one class, one way, in one minute or hour. Buckets without a crossing are left out.
public struct SeriesPoint: Hashable, Sendable {
    /// Where the minute, hour or day begins.
    public var start: Date
    /// The line's name.
    public var line: String
    /// Nil for a class of a newer agent.
    public var objectClass: ObjectClass?
    /// Nil where the records do not say.
    public var direction: CrossingDirection?
    /// Crossings.
    public var count: Int

    /// Makes a point.
    public init(start: Date, line: String, objectClass: ObjectClass?, direction: CrossingDirection?, count: Int) {
        self.start = start
        self.line = line
        self.objectClass = objectClass
        self.direction = direction
        self.count = count
    }
}
