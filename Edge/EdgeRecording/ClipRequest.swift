public import EdgeCore
public import EventModel
public import Foundation

/// A clip that is wanted: of which moment, of which camera.
public struct ClipRequest: Codable, Hashable, Sendable {
    /// The event that it proves; one clip an event.
    public var event: String
    /// Whose pictures.
    public var camera: CameraID
    /// The connection that the stream times belong to.
    public var session: Int
    /// Stream times of its first and last picture.
    public var stream: Range<Duration>
    /// The same in UTC: for cutting it out of recordings after a restart.
    public var time: Range<Date>

    /// From `before` to `after` an event's moment.
    public init(
        event: String, camera: CameraID, session: Int, moment: FrameTime, before: Duration = .seconds(5),
        after: Duration = .seconds(5)
    ) {
        (self.event, self.camera, self.session) = (event, camera, session)
        stream = moment.presentation - before..<moment.presentation + after
        time =
            moment.capturedAt.addingTimeInterval(-before.seconds)..<moment.capturedAt.addingTimeInterval(after.seconds)
    }
}

/// A clip that could be cut, or why not.
public struct ClipOutcome: Sendable {
    /// What was asked for.
    public var request: ClipRequest
    /// The clip; `notRecorded` where nothing of that time is left anywhere.
    public var clip: Result<EvidenceClip, RecordingError>
}
