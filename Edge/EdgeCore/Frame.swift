public import EventModel
public import Foundation

/// When a frame was taken, on both clocks.
public struct FrameTime: Hashable, Sendable {
    /// Stream clock: time since the first frame of the session. Durations and speeds come from here.
    public var presentation: Duration
    /// UTC. Courts and dashboards use this.
    public var capturedAt: Date
    /// Where `capturedAt` comes from.
    public var clock: ClockOrigin

    /// Makes a frame time from both clocks.
    public init(presentation: Duration, capturedAt: Date, clock: ClockOrigin) {
        self.presentation = presentation
        self.capturedAt = capturedAt
        self.clock = clock
    }

    /// Stream time of a moment near this one in UTC.
    public func presentation(at date: Date) -> Duration {
        presentation + .seconds(date.timeIntervalSince(capturedAt))
    }
}

/// One decoded picture with its times. Cheap to pass on: the pixels are shared.
public struct Frame: Sendable {
    /// The camera that took it.
    public var camera: CameraID
    /// Counts the unbroken connections to the camera, from 1. Stream times compare only within one session.
    public var session: Int
    /// Counts decoded frames of the session, from 0, in presentation order.
    public var index: Int
    /// When it was taken.
    public var time: FrameTime
    /// The pixels.
    public var image: PixelBuffer
    /// Whether it was decoded the cheap way: good enough to analyse, no proof.
    public var isRough: Bool

    /// Makes a frame.
    public init(
        camera: CameraID, session: Int, index: Int, time: FrameTime, image: PixelBuffer, isRough: Bool = false
    ) {
        self.camera = camera
        self.session = session
        self.index = index
        self.time = time
        self.image = image
        self.isRough = isRough
    }

    /// Pixels across and down.
    public var size: FrameSize { image.size }
}
