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
    /// In how many looks of a network it lay, and when the last one was.
    private(set) var lookCount = 0
    private(set) var largeLookCount = 0
    private(set) var lookedAt: Duration?
    /// How it lies in what moves.
    var placement = Placement()
    /// Whether a network found it when it began.
    let isNamedFromStart: Bool
    /// Where its moving region is expected in this frame.
    private(set) var predicted: BoundingBox

    init(id: TrackID, detection: Detection, time: Duration, noise: MotionNoise) {
        self.id = id
        filter = BoxFilter(detection.box, noise: noise)
        confidence = detection.confidence
        firstSeen = time
        lastSeen = time
        origin = detection.box.bottomCenter
        predicted = detection.box
        isNamedFromStart = detection.label != .moving
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
            joined: joined, isBehindAnother: isBehindAnother, namedBy: votes.namedBy,
            isDoubted: isDoubted)
    }

    /// Moves the box ahead. What stood still when it was last seen stays where it is.
    mutating func predict(seconds: Double) {
        filter.predict(seconds: seconds)
        predicted = placement.region(of: filter.box)
    }

    /// The object's ground point where its region stands on a place.
    func groundPoint(ofRegionAt place: Point) -> Point {
        let region = BoundingBox(
            x: place.x - predicted.width / 2, y: place.y - predicted.height, width: predicted.width,
            height: predicted.height)
        return placement.object(in: region).bottomCenter
    }

    /// Where what moves with it is.
    var region: BoundingBox { placement.region(of: filter.box) }

    /// The box that a detection is expected to have.
    func expected(by detection: Detection) -> BoundingBox { detection.label == .moving ? predicted : filter.box }

    /// Counts a look of a network.
    ///
    /// - Parameter isLarge: whether it was large enough in the look to be recognised.
    mutating func noteLook(at time: Duration, isLarge: Bool) {
        lookCount += 1
        largeLookCount += isLarge ? 1 : 0
        lookedAt = time
    }

    /// Whether a network has looked and hardly seen anything in its place.
    var isUnnamed: Bool { lookCount >= 2 && Double(votes.named) < 0.1 * Double(lookCount) }

    /// Whether a network had every chance to name it and saw nothing there, and it has not gone far either: what travels
    /// many times its size is something, whatever the network was trained on.
    var isDoubted: Bool {
        guard largeLookCount >= 6, Double(votes.named) < 0.03 * Double(largeLookCount) else { return false }
        let place = filter.box.bottomCenter
        return square(place.x - origin.x) + square(place.y - origin.y) < square(8 * filter.size)
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
    /// Who gave the newest vote that named anything.
    private(set) var namedBy = TrainedModelID.motion
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
        if detection.label != .moving { namedBy = detection.model }
    }

    /// The class with most weight; `moving` before anything was said.
    var winner: ObjectClass {
        var best = ObjectClass.moving
        for label in ObjectClass.allCases where weights[Self.index(label)] > weights[Self.index(best)] { best = label }
        return best
    }

    /// What all votes for a name weigh together.
    var named: Float { weights.sum() - weights[Self.index(.moving)] }

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
