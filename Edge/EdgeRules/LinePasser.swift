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
        band = max(configuration.minimumBandPixels, configuration.bandShare * size)
        returnDepth = band + configuration.returnShare * size
    }

    /// How far from the line a counted track must have been before it may count again.
    let returnDepth: Double

    /// On which side of the line itself the point is.
    var side: LineSide { distance >= 0 ? .right : .left }

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

    private var last: LineStep
    private let birth: LineStep
    /// The side on which the track last was outside of the band; nil while it has never been.
    private var side: LineSide?
    /// The farthest from the line on that side since it came there.
    private var depth = 0.0
    private var meeting: Meeting?
    private var hasCounted = false

    init(at step: LineStep) {
        last = step
        birth = step
        if step.isClear { settle(at: step) }
    }

    /// Stream time of the newest step.
    var lastTime: Duration { last.time }

    /// Takes the next position; returns the crossing that it completes.
    mutating func move(to step: LineStep) -> LineCrossing? {
        noteMeeting(with: step)
        last = step
        guard step.isClear else { return nil }
        let crossing = side == step.side ? nil : completed(at: step)
        settle(at: step)
        return crossing
    }

    /// Ends the way in the band: the crossing that the track surely would have completed.
    ///
    /// - Parameter velocity: pixels a second, when the track was given up.
    func vanish(velocity: Point, _ configuration: LineCrossingConfiguration) -> LineCrossing? {
        guard let side, side != last.side, !last.isClear else { return nil }
        let ahead = Point(x: last.segment.from.x + velocity.x, y: last.segment.from.y + velocity.y)
        let away = last.segment.signedDistance(to: ahead) * (last.side == .right ? 1 : -1)
        return away >= configuration.vanishingSpeed * last.size ? counted(at: last) : nil
    }

    private mutating func noteMeeting(with step: LineStep) {
        guard step.side != last.side else { return }
        let share = last.distance / (last.distance - step.distance)
        meeting = Meeting(
            time: last.time + (step.time - last.time) * share, offset: last.offset + (step.offset - last.offset) * share
        )
    }

    /// The track has come out on another side than it was on, or out of the band for the first time.
    private mutating func completed(at step: LineStep) -> LineCrossing? {
        let isProven = side != nil || (birth.side != step.side && abs(step.distance - birth.distance) >= 2 * step.band)
        guard isProven, let crossing = counted(at: step) else { return nil }
        hasCounted = true
        return crossing
    }

    /// The crossing towards the step's side, if it meets the segment and is not the swing of a counted track.
    private func counted(at step: LineStep) -> LineCrossing? {
        guard let meeting, (-step.band...step.segment.length + step.band).contains(meeting.offset) else { return nil }
        if hasCounted && depth < step.returnDepth { return nil }
        return LineCrossing(direction: step.side.arrival, time: meeting.time)
    }

    private mutating func settle(at step: LineStep) {
        depth = side == step.side ? max(depth, abs(step.distance)) : abs(step.distance)
        side = step.side
    }
}
