import EdgeCore
import EventModel

/// What the tracker knows about one object.
struct LiveTrack: Sendable {
    let id: TrackID
    var state: TrackState = .tentative
    var filter: BoxFilter
    var votes = LabelVotes()
    var confidence: Double
    let firstSeen: Duration
    var lastSeen: Duration
    var hits = 1
    let origin: Point
    /// Hidden behind or merged with another track when it was last looked for.
    var isOccluded = false
    /// Since when its box has had another size than expected; nil while it fits.
    var oddSizeSince: Duration?
    /// The track beside which it began, and of which it may be a piece; it is not believed before they part.
    var whole: TrackID?
    /// The track that it turned out to be a piece of.
    var joined: TrackID?
    /// Its ground point lies in or right above the box of another one that goes the same way.
    var isBehindAnother = false
    /// Since when it has been seen in pieces only; nil while it is whole.
    var inPiecesSince: Duration?
    /// The predicted box of this frame.
    var predicted: BoundingBox

    init(id: TrackID, detection: Detection, time: Duration, noise: MotionNoise) {
        self.id = id
        filter = BoxFilter(detection.box, noise: noise)
        confidence = detection.confidence
        firstSeen = time
        lastSeen = time
        origin = detection.box.bottomCenter
        predicted = detection.box
        votes.add(detection)
    }

    /// Whether it was confirmed at any time.
    var wasBelieved = false

    /// Confirmed or lost: believed to be an object.
    var isBelieved: Bool { state == .confirmed || state == .lost }

    /// What rules see.
    var track: Track {
        Track(
            id: id, state: state, box: filter.box, velocity: filter.velocity, label: votes.winner,
            confidence: confidence, firstSeen: firstSeen, lastSeen: lastSeen, hits: hits, origin: origin,
            joined: joined,
            isBehindAnother: isBehindAnother)
    }

    /// Moves the box ahead. What stood still when it was last seen stays where it is.
    mutating func predict(seconds: Double) {
        filter.predict(seconds: seconds)
        predicted = filter.box
    }

    /// Counts a detection; the filter is fed apart, because not every detection says where the object is.
    mutating func noteSeen(_ detection: Detection, at time: Duration, isOccluded: Bool) {
        confidence = detection.confidence
        lastSeen = time
        hits += 1
        self.isOccluded = isOccluded
        if !isOccluded { votes.add(detection) }
    }
}

/// Weighs what detections say a track is.
struct LabelVotes: Sendable {
    private var weights = SIMD16<Float>()

    /// Adds the confidence of a detection to its class. `moving` weighs next to nothing: any name beats it, and any
    /// kind of vehicle beats `vehicle`.
    mutating func add(_ detection: Detection) {
        let weight: Float =
            switch detection.label {
            case .moving: 1e-6
            case .vehicle: 1e-2
            default: 1
            }
        weights[Self.index(detection.label)] += weight * Float(max(0, detection.confidence))
    }

    /// The class with most weight; `moving` before anything was said.
    var winner: ObjectClass {
        var best = ObjectClass.moving
        for label in ObjectClass.allCases where weights[Self.index(label)] > weights[Self.index(best)] { best = label }
        return best
    }

    private static func index(_ label: ObjectClass) -> Int {
        switch label {
        case .motorbike: 0
        case .car: 1
        case .bus: 2
        case .truck: 3
        case .bicycle: 4
        case .person: 5
        case .threeWheeler: 6
        case .vehicle: 7
        case .moving: 8
        }
    }
}
