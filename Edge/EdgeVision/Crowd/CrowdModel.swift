public import EdgeCore
public import EventModel
public import Foundation

/// A trained counter of people as its `model.json` describes it.
public struct CrowdModel: Sendable {
    /// The network's sides are multiples of this.
    static let multiple = 32

    /// Name and version: what samples name.
    public var id: TrainedModelID
    /// The ONNX file; the reader has checked its SHA-256.
    public var weights: Data
    /// Colour order, levels and bars; the longer side of its size is the longest that the network is given.
    public var input: NetworkInput
    /// The picture is counted at each of these scales, 1 being that of ``input``; the mean is told.
    public var scales: [Double]
    /// The name of the map among the network's outputs.
    public var output: String
    /// Input pixels across one cell of the map.
    public var stride: Int
    /// How far a count may be off.
    public var interval: CrowdInterval
    /// What a picture must have.
    public var limits: CrowdLimits

    /// Makes a description.
    public init(
        id: TrainedModelID, weights: Data, input: NetworkInput, scales: [Double], output: String, stride: Int,
        interval: CrowdInterval, limits: CrowdLimits
    ) {
        self.id = id
        self.weights = weights
        self.input = input
        self.scales = scales
        self.output = output
        self.stride = stride
        self.interval = interval
        self.limits = limits
    }

    /// The size of the input for a part of a picture: its own, or as much smaller as the longest side asks for, rounded up
    /// to what the network takes. Small parts are not enlarged: the network counts at the scale of its training.
    ///
    /// - Parameter factor: one of ``scales``.
    public func inputSize(for part: FrameSize, factor: Double = 1) -> FrameSize {
        let longest = max(input.size.width, input.size.height)
        let scale = factor * min(1, Double(longest) / Double(max(part.width, part.height, 1)))
        let side = { (length: Int) in
            let pixels = max(1, (Double(length) * scale).rounded())
            return Int((pixels / Double(Self.multiple)).rounded(.up)) * Self.multiple
        }
        return FrameSize(width: side(part.width), height: side(part.height))
    }
}
