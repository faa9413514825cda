public import EdgeCore

/// How a ``CameraConditionRule`` judges. Where two thresholds stand for one thing, between them nothing changes.
public struct CameraConditionConfiguration: Hashable, Sendable {
    /// How long something lasts before it is told, and how long it is gone before its end is.
    public struct Patience: Hashable, Sendable {
        /// Opened after so long.
        public var open: Duration
        /// Ended after so long.
        public var end: Duration

        /// Makes a patience.
        public init(open: Duration, end: Duration) {
            self.open = open
            self.end = end
        }
    }

    /// Of each kind.
    public var patience: [SecurityKind: Patience] = [
        .signalLoss: Patience(open: .seconds(10), end: .seconds(3)),
        .cameraCovered: Patience(open: .seconds(5), end: .seconds(5)),
        .cameraMoved: Patience(open: .seconds(15), end: .seconds(15)),
        .cameraBlurred: Patience(open: .seconds(20), end: .seconds(20)),
        .cameraDark: Patience(open: .seconds(20), end: .seconds(10)),
        .cameraBright: Patience(open: .seconds(20), end: .seconds(10)),
        .cameraFrozen: Patience(open: .seconds(60), end: .seconds(5)),
        .clockDrift: Patience(open: .seconds(60), end: .seconds(30)),
        .frameRateLow: Patience(open: .seconds(60), end: .seconds(30)),
    ]
    /// Too dark: 95 % of the pixels lie below this level, and no more of the picture than ``darkDetail`` shows anything.
    public var darkLevel: ClosedRange<Double> = 0.07...0.10
    /// See ``darkLevel``.
    public var darkDetail: ClosedRange<Double> = 0.02...0.05
    /// Too bright: so much of the picture is white.
    public var brightShare: ClosedRange<Double> = 0.6...0.8
    /// Covered: so much of what showed detail has lost it …
    public var lostShare: ClosedRange<Double> = 0.5...0.85
    /// … no more of the picture shows anything, and …
    public var coveredDetail = 0.12
    /// … light and shade are laid out otherwise, …
    public var coveredLayout = 0.6
    /// … all within this time. What takes longer is mist, dusk or dirt.
    public var sudden: Duration = .seconds(25)
    /// A camera that usually sees so much light does not turn black by itself.
    public var litLevel = 0.25
    /// Blurred: no more than this share of what was sharp in similar light still is.
    public var sharpShare: ClosedRange<Double> = 0.3...0.5
    /// Moved: so many blocks are found elsewhere, and more than are in their place.
    public var movedShare = 0.35
    /// A shorter move is none (share of the picture's width).
    public var shortestMove = 0.012
    /// Not moved: so many blocks are in their place.
    public var stayingShare = 0.35
    /// Nothing of the place is left: no more blocks than this fit by chance.
    public var goneShare = 0.12
    /// How long nothing of the place may be seen before that counts: a bus stands in the way.
    public var goneFor: Duration = .seconds(15)
    /// How long it takes to turn a camera away. What takes longer is a queue that hides the place bit by bit.
    public var turning: Duration = .seconds(5)
    /// Frozen: no more of the picture changes (the camera's own clock may).
    public var frozenShare = 0.011
    /// A picture is known to be alive when so much of it differs from look to look …
    public var livelyShare = 0.5
    /// … in so many looks.
    public var livelyLooks = 20
    /// So many new pictures in a row are life.
    public var looksOfLife = 3
    /// Of a picture that never was lively (drawn, without noise) only this long a stillness counts.
    public var deadFor: Duration = .seconds(600)
    /// How far the camera's clock may be off.
    public var clockOffset: ClosedRange<Duration> = .milliseconds(1500)...(.seconds(2))
    /// Delivered against declared frames a second.
    public var rateShare: ClosedRange<Double> = 0.6...0.7
    /// Over how long frames are counted.
    public var rateWindow: Duration = .seconds(20)

    /// Makes the defaults.
    public init() {}
}
