public import EventModel

/// What one look at a camera's picture showed of its condition. Shares and levels lie in 0…1; 0 is black, 1 white.
public struct PictureReading: Hashable, Sendable {
    /// How a picture fits one that the camera showed while all was well.
    public struct ViewMatch: Hashable, Sendable {
        /// Whether that one was taken in similar light. In other light blocks may fail that did not move.
        public var isSameLight: Bool
        /// Share of its blocks that are where they were.
        public var staying: Double
        /// Share of its blocks that were found elsewhere.
        public var moved: Double
        /// How far those moved (median), as shares of the picture's width.
        public var shift: Point
        /// How far views moved while they replaced one another, in shares of the picture's width.
        public var slip: Double

        /// Makes a match.
        public init(
            isSameLight: Bool = true, staying: Double, moved: Double = 0, shift: Point = Point(x: 0, y: 0),
            slip: Double = 0
        ) {
            self.isSameLight = isSameLight
            self.staying = staying
            self.moved = moved
            self.shift = shift
            self.slip = slip
        }
    }

    /// The mean level.
    public var meanLevel: Double
    /// 5 % of the pixels are darker.
    public var lowLevel: Double
    /// 5 % of the pixels are brighter.
    public var highLevel: Double
    /// Share of pixels near black.
    public var darkShare: Double
    /// Share of pixels near white.
    public var brightShare: Double
    /// Share of the picture that shows detail.
    public var detailShare: Double
    /// Of what showed detail of late: the share that has lost it. Nil while too little is known.
    public var lostShare: Double?
    /// How far light and shade are laid out as of late, -1…1.
    public var layoutMatch: Double
    /// Share of the picture in which a pixel differs from the look before, or from one of the last three different ones:
    /// an encoder makes several pictures of a still one. Nil at the first look.
    public var changedShare: Double?
    /// Of what was sharp in similar light: the share that still is. Nil while nothing is known of this light.
    public var sharpShare: Double?
    /// Nil while no view is known, or while it was not looked for closely enough.
    public var view: ViewMatch?

    /// Makes a reading; the defaults are those of a good picture of which nothing else is known.
    public init(
        meanLevel: Double = 0.4, lowLevel: Double = 0.1, highLevel: Double = 0.8, darkShare: Double = 0.02,
        brightShare: Double = 0.01, detailShare: Double = 0.6, lostShare: Double? = nil, layoutMatch: Double = 1,
        changedShare: Double? = nil, sharpShare: Double? = nil, view: ViewMatch? = nil
    ) {
        self.meanLevel = meanLevel
        self.lowLevel = lowLevel
        self.highLevel = highLevel
        self.darkShare = darkShare
        self.brightShare = brightShare
        self.detailShare = detailShare
        self.lostShare = lostShare
        self.layoutMatch = layoutMatch
        self.changedShare = changedShare
        self.sharpShare = sharpShare
        self.view = view
    }
}
