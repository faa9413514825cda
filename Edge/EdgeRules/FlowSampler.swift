public import EdgeCore
public import EventModel
public import Foundation

/// What crossed one line in one minute.
public struct LineFlow: Hashable, Sendable {
    /// One direction and one class.
    public struct Key: Hashable, Sendable {
        /// The direction of the crossing.
        public var direction: CrossingDirection
        /// What crossed.
        public var label: ObjectClass

        /// Makes a key.
        public init(direction: CrossingDirection, label: ObjectClass) {
            self.direction = direction
            self.label = label
        }
    }

    /// The line's id.
    public var line: String
    /// The beginning of the minute, UTC.
    public var minute: Date
    /// How much of the minute was watched, in seconds, 0…60.
    public var watchedSeconds: Int
    /// Crossings, only of what crossed at all: empty means that the camera watched and nothing came.
    public var counts: [Key: Int]
}

/// Counts crossings by line, direction and class, minute by minute of the capture clock.
///
/// A crossing belongs to the minute of the frame at which it was decided, so that a sample that was given out never
/// changes. Every line has a sample for every minute that was watched, also without a crossing.
public struct FlowSampler: Sendable {
    /// The longest time between two frames that still counts as watched: an idle camera is looked at key frame by key
    /// frame, and key frames of 10 s are the longest seen in the field's default settings.
    public static let longestGap: Duration = .seconds(12)

    private let lines: [String]
    private var minute: Int?
    private var watched: Duration = .zero
    private var lastFrame: Duration?
    private var counts: [String: [LineFlow.Key: Int]] = [:]

    /// Makes a sampler.
    ///
    /// - Parameter lines: the ids of all counting lines.
    public init(lines: [String]) { self.lines = lines }

    /// Takes what was found in a frame; returns the samples of the minute that ended, most often none.
    public mutating func update(with findings: [Finding], at time: FrameTime) -> [LineFlow] {
        let current = Int((time.capturedAt.timeIntervalSince1970 / 60).rounded(.down))
        let gap = watchedGap(before: time)
        var samples: [LineFlow] = []
        if current == minute {
            watched += gap
        } else {
            // A gap over the minute's end belongs to both minutes.
            let inThisMinute = min(gap, secondsIntoMinute(time))
            watched += gap - inThisMinute
            samples = finish()
            watched = inThisMinute
        }
        minute = current
        lastFrame = time.presentation
        for finding in findings { count(finding) }
        return samples
    }

    /// Gives out the minute that has begun, for the end of a stream; the next frame begins anew.
    public mutating func finish() -> [LineFlow] {
        guard let minute else { return [] }
        let seconds = min(60, Int(watched.seconds.rounded()))
        let samples = lines.map {
            LineFlow(
                line: $0, minute: Date(timeIntervalSince1970: Double(minute) * 60), watchedSeconds: seconds,
                counts: counts[$0] ?? [:])
        }
        self.minute = nil
        watched = .zero
        counts.removeAll(keepingCapacity: true)
        return samples
    }

    /// The stream broke: the time until its next frame is not watched.
    public mutating func reset() { lastFrame = nil }

    private mutating func count(_ finding: Finding) {
        guard case .lineCrossing(let line, let direction) = finding.kind, let subject = finding.subjects.first else {
            return
        }
        counts[line, default: [:]][LineFlow.Key(direction: direction, label: subject.label), default: 0] += 1
    }

    /// How long before a frame the picture was watched, back to the frame before it.
    private func watchedGap(before time: FrameTime) -> Duration {
        guard let lastFrame else { return .zero }
        let gap = time.presentation - lastFrame
        return gap > .zero && gap <= Self.longestGap ? gap : .zero
    }

    private func secondsIntoMinute(_ time: FrameTime) -> Duration {
        let seconds = time.capturedAt.timeIntervalSince1970
        return .seconds(seconds - (seconds / 60).rounded(.down) * 60)
    }
}
