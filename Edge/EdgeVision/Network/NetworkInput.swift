import CVision
public import EventModel

/// What a trained network wants to see: 3 channels of floats, (level − mean) · scale, levels 0…255.
public struct NetworkInput: Hashable, Sendable {
    /// Pixels across and down.
    public var size: FrameSize
    /// Channels in the order red, green, blue; else blue, green, red.
    public var isRGB: Bool
    /// Subtracted from each channel, in their order; 3 levels.
    public var mean: [Float]
    /// What a level is multiplied with.
    public var scale: Float
    /// The level of the bars beside a picture of other proportions.
    public var bars: Float

    /// Makes the description of an input; the defaults are blue, green, red between 0 and 1 beside grey bars.
    public init(
        size: FrameSize, isRGB: Bool = false, mean: [Float] = [0, 0, 0], scale: Float = 1 / 255, bars: Float = 114
    ) {
        self.size = size
        self.isRGB = isRGB
        self.mean = mean
        self.scale = scale
        self.bars = bars
    }

    var settings: ocv_network_settings {
        ocv_network_settings(
            width: Int32(clamping: size.width), height: Int32(clamping: size.height), is_rgb: isRGB ? 1 : 0, bars: bars,
            mean: (mean[0], mean[1], mean[2]), scale: scale)
    }
}

/// How a part of a picture lies in a network's input: input = (picture − origin) · scale + offset.
public struct InputFit: Hashable, Sendable {
    /// The part's upper left corner in the picture.
    public var origin: Point
    /// Input pixels to one pixel of the picture.
    public var scale: Double
    /// The part's upper left corner in the input.
    public var offset: Point

    /// Makes a fit.
    public init(origin: Point, scale: Double, offset: Point) {
        self.origin = origin
        self.scale = scale
        self.offset = offset
    }

    init(_ fit: ocv_fit) {
        self.init(origin: Point(x: fit.x, y: fit.y), scale: fit.scale, offset: Point(x: fit.left, y: fit.top))
    }

    /// A box of the input in pixels of the picture.
    func box(fromInput corners: (left: Float, top: Float, right: Float, bottom: Float)) -> BoundingBox {
        let left = (Double(corners.left) - offset.x) / scale + origin.x
        let top = (Double(corners.top) - offset.y) / scale + origin.y
        return BoundingBox(
            x: left, y: top, width: Double(corners.right - corners.left) / scale,
            height: Double(corners.bottom - corners.top) / scale)
    }
}
