public import EdgeCore
public import EventModel
public import Foundation

/// What a clip is cut for.
public enum ClipSubject: Codable, Hashable, Sendable {
    /// An alert of the camera, by its number.
    case alert(UInt64)
    /// Somebody's order, by its name.
    case order(String)
}

/// A clip that is wanted: of which moment, of which camera.
public struct ClipRequest: Codable, Hashable, Sendable {
    /// What for; one clip each.
    public var subject: ClipSubject
    /// Whose pictures.
    public var camera: CameraID
    /// The connection that the stream times belong to; 0: none, so it can be cut out of recordings only.
    public var session: Int
    /// Stream times of its first and last picture.
    public var stream: Range<Duration>
    /// The same in UTC: for cutting it out of recordings after a restart.
    public var time: Range<Date>
    /// By the host's clock, from when on its last picture is there; a camera's clock may be off.
    public var complete: Date
    /// Stream time of the event itself, for stills; nil where the clip is of a span of time.
    public var moment: Duration?
    /// What the event is about, in pixels of the picture of that moment.
    public var box: BoundingBox?

    /// Names the request: the same for the same subject.
    public var event: String {
        switch subject {
        case .alert(let number): "alert/\(camera)/\(number)"
        case .order(let name): "order/\(name)"
        }
    }

    /// From `before` to `after` an event's moment.
    ///
    /// - Parameter askedAt: now, by the host's clock.
    public init(
        subject: ClipSubject, camera: CameraID, session: Int, moment: FrameTime, box: BoundingBox? = nil,
        before: Duration = .seconds(5), after: Duration = .seconds(5), askedAt: Date = Date()
    ) {
        complete = askedAt.addingTimeInterval(after.seconds)
        (self.subject, self.camera, self.session) = (subject, camera, session)
        (self.moment, self.box) = (moment.presentation, box)
        stream = moment.presentation - before..<moment.presentation + after
        time =
            moment.capturedAt.addingTimeInterval(-before.seconds)..<moment.capturedAt.addingTimeInterval(after.seconds)
    }

    /// A span of UTC.
    ///
    /// - Parameters:
    ///   - newest: the newest packet of the camera's ring, which tells where the span lies in its session; without it the
    ///     clip is cut out of recordings.
    ///   - askedAt: now, by the host's clock.
    public init(
        subject: ClipSubject, camera: CameraID, time: Range<Date>, newest: VideoPacket?, askedAt: Date = Date()
    ) {
        complete = max(askedAt, time.upperBound)
        (self.subject, self.camera, self.time) = (subject, camera, time)
        session = newest?.session ?? 0
        let now = newest?.time ?? FrameTime(presentation: .zero, capturedAt: time.lowerBound, clock: .arrival)
        let begin = now.presentation(at: time.lowerBound)
        stream = begin..<begin + .seconds(time.upperBound.timeIntervalSince(time.lowerBound))
    }
}

/// A clip that could be cut, or why not.
public struct ClipOutcome: Sendable {
    /// What was asked for.
    public var request: ClipRequest
    /// The clip; `notRecorded` where nothing of that time is left anywhere.
    public var clip: Result<EvidenceClip, RecordingError>
    /// What the clip was cut from, for stills; empty where it was cut out of recordings.
    public var packets: [VideoPacket] = []
}
