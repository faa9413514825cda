public import EdgeCore
public import EventModel
public import SiteCalibration

/// What a picture must have so that people can be counted in it; measured on darkened and shrunken pictures (see the
/// network's card).
public struct CrowdLimits: Hashable, Sendable {
    /// The level (0 black … 1 white) that 5 % of the picture must exceed.
    public var leastLevel: Double
    /// The least longer side of the picture, in pixels.
    public var leastSide: Double
    /// More people than this in a block of three by three cells: heads too small to be told apart.
    public var mostInBlock: Double
    /// The share of the people that may stand in such blocks.
    public var mostCrowded: Double

    /// Makes limits.
    public init(leastLevel: Double, leastSide: Double, mostInBlock: Double, mostCrowded: Double) {
        self.leastLevel = leastLevel
        self.leastSide = leastSide
        self.mostInBlock = mostInBlock
        self.mostCrowded = mostCrowded
    }

    /// What speaks against relying on a count; nil where nothing does.
    ///
    /// - Parameters:
    ///   - level: the level that 5 % of the picture exceed (see ``BrightLevel``).
    ///   - region: the part of the picture that was counted in, in its pixels.
    public func doubt(level: Double, region: FrameSize, density: CrowdDensity, area: Polygon?) -> CrowdCount.Doubt? {
        if level < leastLevel { return .tooDark }
        if Double(max(region.width, region.height)) < leastSide { return .tooSmall }
        return density.crowdedShare(over: mostInBlock, in: area) > mostCrowded ? .tooFar : nil
    }
}
