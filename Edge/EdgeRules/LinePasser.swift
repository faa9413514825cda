import EdgeCore
import EventModel
import SiteCalibration

/// Where a track is against a line at one moment.
struct LineStep: Sendable {
    /// Stream time.
    let time: Duration
    /// Pixels from the line; positive on its right hand.
    let distance: Double
    /// Pixels along the line from its beginning.
    let offset: Double
    /// Half the band's width for this object, in pixels.
    let band: Double
    /// The square root of the box's area, in pixels.
    let size: Double
    /// The line.
    let segment: LineSegment

    init(
        _ track: Track, _ point: Point, at time: Duration, _ segment: LineSegment,
        _ configuration: LineCrossingConfiguration
    ) {
        self.time = time
        self.segment = segment
        distance = segment.signedDistance(to: point)
        offset = segment.offset(of: point)
        size = max(0, track.box.area).squareRoot()
        isByItself = !track.isBehindAnother
        band = max(configuration.minimumBandPixels, configuration.bandShare * size)
        returnDepth = band + configuration.returnShare * size
    }

    /// Whether the object was seen apart from others: else it may be a part of one of them.
    let isByItself: Bool

    /// How far from the line a counted track must have been before it may count again.
    let returnDepth: Double

    /// On which side of the line itself the point is; nil on the line.
    var side: LineSide? { distance > 0 ? .right : distance < 0 ? .left : nil }

    /// Whether the point is outside of the band.
    var isClear: Bool { abs(distance) > band }
}

/// The two sides of a directed line.
enum LineSide: Sendable {
    case left, right

    /// The direction of a track that comes out on this side.
    var arrival: CrossingDirection { self == .right ? .leftToRight : .rightToLeft }
}

/// One crossing of a line.
struct LineCrossing: Sendable {
    let direction: CrossingDirection
    /// Stream time at which the path met the line.
    let time: Duration
}

/// The way of one track against one line: a pure state machine.
struct LinePasser: Sendable {
    /// Where the path last met the line.
    private struct Meeting: Sendable {
        var time: Duration
        var offset: Double
    }

    private let birth: LineStep
    private var last: LineStep
    /// On which side of the line itself the track last was.
    private var half: LineSide?
    /// The side on which the track last was outside of the band; nil while that is not known.
    private var side: LineSide?
    /// The farthest from the line on that side since it came there.
    private var depth = 0.0
    private var meeting: Meeting?
    private var hasCounted = false
    /// A crossing that waits until the track is seen by itself.
    private var held: LineCrossing?
    /// When the track was last not seen by itself.
    private var lastInCompany: Duration?
    /// A crossing towards this side was counted for a piece of the object already.
    private var excused: LineSide?

    init(at step: LineStep) {
        birth = step
        last = step
        half = step.side
        if let side = step.side, step.isClear { settle(on: side, at: step) }
    }

    /// Stream time of the newest step.
    var lastTime: Duration { last.time }

    /// Takes the next position; returns the crossing that it completes, or one that had to wait.
    mutating func move(to step: LineStep, _ configuration: LineCrossingConfiguration) -> LineCrossing? {
        if !step.isByItself { lastInCompany = step.time }
        if let crossing = completed(by: step) {
            // There and back before it was seen by itself: nothing is sure to have crossed.
            held = held == nil ? crossing : nil
        }
        if let lastInCompany, step.time - lastInCompany < configuration.apartFor { return nil }
        defer { held = nil }
        return held
    }

    private mutating func completed(by step: LineStep) -> LineCrossing? {
        noteMeeting(with: step)
        last = step
        guard step.isClear, let arrived = step.side else { return nil }
        if side == nil, let born = birth.side, born != arrived, abs(step.distance - birth.distance) < 2 * step.band {
            return nil  // Born in the band: not yet as far over the line as would prove it.
        }
        let came = side ?? birth.side
        let crossing = came == nil || came == arrived ? nil : counted(towards: arrived, at: step)
        if crossing != nil { hasCounted = true }
        settle(on: arrived, at: step)
        defer { if crossing != nil { excused = nil } }
        return excused == arrived ? nil : crossing
    }

    /// Ends the way in the band: the crossing that the track surely would have completed.
    ///
    /// - Parameter velocity: pixels a second, when the track was given up.
    func vanish(velocity: Point, _ configuration: LineCrossingConfiguration) -> LineCrossing? {
        guard let side, let half, side != half, excused != half, !last.isClear, last.isByItself else { return nil }
        let ahead = Point(x: last.segment.from.x + velocity.x, y: last.segment.from.y + velocity.y)
        let away = last.segment.signedDistance(to: ahead) * (half == .right ? 1 : -1)
        return away >= configuration.vanishingSpeed * last.size ? counted(towards: half, at: last) : nil
    }

    /// Takes over what a piece of the object has counted, where the object itself has still to follow.
    mutating func inherit(from piece: LinePasser) {
        guard piece.hasCounted, piece.held == nil else { return }
        held = nil
        guard !hasCounted, let arrived = piece.side, (side ?? birth.side) != arrived else { return }
        excused = arrived
    }

    /// Remembers where the path leaves the line. A point on the line itself belongs to the side it came from, so that
    /// a scene and its mirror image meet the line at the same moment.
    private mutating func noteMeeting(with step: LineStep) {
        guard let now = step.side else { return }
        defer { half = now }
        guard let half, half != now else { return }
        let share = last.distance / (last.distance - step.distance)
        meeting = Meeting(
            time: last.time + (step.time - last.time) * share, offset: last.offset + (step.offset - last.offset) * share
        )
    }

    /// The crossing towards a side, if it meets the segment and is not the swing of a counted track.
    private func counted(towards side: LineSide, at step: LineStep) -> LineCrossing? {
        guard let meeting, (-step.band...step.segment.length + step.band).contains(meeting.offset) else { return nil }
        if hasCounted && depth < step.returnDepth { return nil }
        return LineCrossing(direction: side.arrival, time: meeting.time)
    }

    private mutating func settle(on arrived: LineSide, at step: LineStep) {
        depth = side == arrived ? max(depth, abs(step.distance)) : abs(step.distance)
        side = arrived
    }
}
