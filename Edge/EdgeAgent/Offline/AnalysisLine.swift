import EdgeCore
import EdgeRules
import EventModel

/// One line of `edge-agent analyze`: the contract's JSON objects. Absent keys are left out.
struct AnalysisLine: Encodable {
    struct Proof: Encodable {
        var role: String
        var sha256: String
    }

    struct Count: Encodable {
        var direction: CrossingDirection
        var `class`: ObjectClass
        var count: Int
    }

    var type: String
    var time: Double
    var line: String?
    var direction: CrossingDirection?
    var `class`: ObjectClass?
    var track: UInt64?
    var kind: String?
    var zone: String?
    var phase: String?
    var severity: String?
    var state: String?
    var seconds: Int?
    var counts: [Count]?
    var count: Int?
    var low: Int?
    var high: Int?
    var reliable: Bool?
    var reason: String?
    var frame: Int?
    var box: BoundingBox?
    var evidence: [Proof]?
    /// Who named the class, or counted.
    var model: String?

    init(type: String, time: Duration) {
        self.type = type
        self.time = (time.seconds * 1_000).rounded() / 1_000
    }

    /// The line of a finding.
    init(_ finding: Finding, evidence: [Proof]?) {
        let subject = finding.subjects.first
        switch finding.kind {
        case .lineCrossing(let line, let direction):
            self.init(type: "passage", time: finding.interval.upperBound)
            self.line = line
            self.direction = direction
        case .security(let kind, let zone, let phase, let severity):
            let moment = phase == .opened ? finding.interval.lowerBound : finding.interval.upperBound
            self.init(type: "securityAlert", time: moment)
            self.kind = kind.rawValue
            self.zone = zone.isEmpty ? nil : zone
            self.phase = phase.rawValue
            self.severity = severity.rawValue
            box = subject?.box
        }
        self.class = subject?.label
        track = subject?.id.rawValue
        model = subject?.namedBy.rawValue
        self.evidence = evidence
    }

    /// The line of one minute at one counting line.
    init(_ flow: LineFlow, time: Duration) {
        self.init(type: "flowSample", time: time)
        line = flow.line
        seconds = flow.watchedSeconds
        counts = flow.counts.map { Count(direction: $0.key.direction, class: $0.key.label, count: $0.value) }
            .sorted { ($0.direction.rawValue, $0.class.rawValue) < ($1.direction.rawValue, $1.class.rawValue) }
    }

    /// The line of one look at a crowd zone.
    init(_ crowd: CrowdReading, time: Duration) {
        self.init(type: "crowdSample", time: time)
        zone = crowd.zone
        count = crowd.people.count
        low = crowd.people.low
        high = crowd.people.high
        reliable = crowd.people.doubt == nil
        reason = crowd.people.doubt?.rawValue
        model = crowd.model.rawValue
    }

    /// The line of one track in one analysed frame.
    init(_ track: Track, frame: Int, time: Duration) {
        self.init(type: "track", time: time)
        self.frame = frame
        self.track = track.id.rawValue
        self.class = track.label
        box = track.box.roundedToTenths
    }
}

/// The last line of `edge-agent analyze`.
struct SummaryLine: Encodable {
    var type = "summary"
    var time: Double
    var framesRead: Int
    var framesDecoded: Int
    var framesAnalysed: Int
    var framesSkipped: Int
    var secondsOfVideo: Double
    var cpuSeconds: Double
    var wallSeconds: Double
    var peakMemoryBytes: Int
    var decodePath: String
    /// Passes of the network; absent where motion worked alone.
    var looks: UInt64?
}

extension BoundingBox {
    /// For people and files: no more digits than mean anything.
    var roundedToTenths: BoundingBox {
        func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        return BoundingBox(x: tenths(x), y: tenths(y), width: tenths(width), height: tenths(height))
    }
}
