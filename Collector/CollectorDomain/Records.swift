public import EventModel
public import Foundation

/// A place in the store's own order: 1, 2, 3 … in the order of storing. Pages resume by it.
public typealias StoreCursor = Int64

/// Where a record stands: its agent, its camera.
public struct RecordOrigin: Hashable, Sendable {
    /// The agent's number.
    public var agent: Int64
    /// The agent's site.
    public var site: String
    /// The camera's number at this collector; nil for records that are about the agent.
    public var camera: Int64?
    /// The camera's name.
    public var cameraID: CameraID?

    /// Makes an origin.
    public init(agent: Int64, site: String, camera: Int64?, cameraID: CameraID?) {
        self.agent = agent
        self.site = site
        self.camera = camera
        self.cameraID = cameraID
    }
}

/// One evidence file as a record names it.
public struct EvidenceReference: Hashable, Sendable {
    /// SHA-256 of the file, 32 bytes.
    public var sha256: Data
    /// Whether the file has arrived and was checked.
    public var isPresent: Bool

    /// Makes a reference.
    public init(sha256: Data, isPresent: Bool) {
        self.sha256 = sha256
        self.isPresent = isPresent
    }
}

/// One stored record, as pages and the live stream show it.
public struct FeedItem: Hashable, Sendable, Identifiable {
    /// Its place in the store's order.
    public var cursor: StoreCursor
    /// Where it comes from.
    public var origin: RecordOrigin
    /// The agent's epoch and its number in it.
    public var epoch: Int64
    /// The record's number within the epoch.
    public var sequence: Int64
    /// The record's own time.
    public var time: Date
    /// What it says.
    public var body: FeedBody

    /// The cursor.
    public var id: StoreCursor { cursor }

    /// Makes an item.
    public init(
        cursor: StoreCursor, origin: RecordOrigin, epoch: Int64, sequence: Int64, time: Date, body: FeedBody
    ) {
        self.cursor = cursor
        self.origin = origin
        self.epoch = epoch
        self.sequence = sequence
        self.time = time
        self.body = body
    }
}

/// What a record says.
public enum FeedBody: Hashable, Sendable {
    /// A crossing of a counting line.
    case passage(PassageSummary)
    /// A security situation.
    case alert(AlertSummary)
    /// How a camera fares.
    case cameraHealth(Ngatu_V1_CameraHealth)
    /// How an agent fares.
    case agentHealth(Ngatu_V1_AgentHealth)
    /// Records that will never come.
    case gap(Ngatu_V1_Gap)
    /// Crossings of a line in one minute.
    case flow(Ngatu_V1_FlowSample)
    /// People in a zone.
    case crowd(Ngatu_V1_CrowdSample)
    /// A candidate for an officer's review.
    case violation(Ngatu_V1_ViolationCandidate)
    /// The film of an alert, or one that a person asked for.
    case clip(Ngatu_V1_Clip)
}

/// The film of an alert, as far as its agent has told.
public struct FilmReference: Hashable, Sendable {
    /// The film; nil where the agent has none.
    public var file: EvidenceReference?
    /// Why there is none: the agent's words.
    public var problem: String

    /// Makes a reference.
    public init(file: EvidenceReference?, problem: String = "") {
        self.file = file
        self.problem = problem
    }
}

/// A crossing of a counting line.
public struct PassageSummary: Hashable, Sendable {
    /// The line's name.
    public var line: String
    /// Which way; nil where the record does not say.
    public var direction: CrossingDirection?
    /// What it was; nil for a class of a newer agent.
    public var objectClass: ObjectClass?
    /// The track's number.
    public var track: Int64
    /// The plate's text; empty where none was read.
    public var plate: String
    /// Estimated speed in km/h.
    public var speedKilometresPerHour: Double?
    /// The still.
    public var still: EvidenceReference?

    /// Makes a summary.
    public init(
        line: String, direction: CrossingDirection?, objectClass: ObjectClass?, track: Int64, plate: String = "",
        speedKilometresPerHour: Double? = nil, still: EvidenceReference? = nil
    ) {
        self.line = line
        self.direction = direction
        self.objectClass = objectClass
        self.track = track
        self.plate = plate
        self.speedKilometresPerHour = speedKilometresPerHour
        self.still = still
    }
}

/// A security situation, as one record tells it.
public struct AlertSummary: Hashable, Sendable {
    /// `intrusion`, `loitering` … as in the contract.
    public var kind: String
    /// How much it matters.
    public var severity: Ngatu_V1_Severity
    /// The zone's name; empty for alerts about a whole camera.
    public var zone: String
    /// Opened, updated, ended.
    public var phase: Ngatu_V1_Phase
    /// The situation's number: the same from opened to ended.
    public var alert: Int64
    /// What it is about; nil where it is about no object.
    public var objectClass: ObjectClass?
    /// When it began.
    public var from: Date
    /// When it ended; nil while it lasts.
    public var until: Date?
    /// The still.
    public var still: EvidenceReference?
    /// The film; nil before the agent has told of one.
    public var film: FilmReference?

    /// Makes a summary.
    public init(
        kind: String, severity: Ngatu_V1_Severity, zone: String, phase: Ngatu_V1_Phase, alert: Int64,
        objectClass: ObjectClass?, from: Date, until: Date?, still: EvidenceReference?, film: FilmReference? = nil
    ) {
        self.kind = kind
        self.severity = severity
        self.zone = zone
        self.phase = phase
        self.alert = alert
        self.objectClass = objectClass
        self.from = from
        self.until = until
        self.still = still
        self.film = film
    }
}
