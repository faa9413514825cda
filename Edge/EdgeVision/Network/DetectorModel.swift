public import EdgeCore
public import EventModel
public import Foundation

/// A trained detector as its `model.json` describes it: everything that is needed to run it.
public struct DetectorModel: Sendable {
    /// Name and version: what events name.
    public var id: TrainedModelID
    /// The ONNX file; the reader has checked its SHA-256.
    public var weights: Data
    /// Colour order, levels and bars; its size is that of ``whole``.
    public var input: NetworkInput
    /// The input of a look at the whole picture.
    public var whole: FrameSize
    /// The input of a look at a part.
    public var region: FrameSize
    /// The names of the outputs, in the order of the strides; empty: all there are.
    public var outputs: [String]
    /// How the outputs are read.
    public var output: DetectionOutput
    /// The class of each label of the network; nil for labels that no class of ours is.
    public var labels: [ObjectClass?]
    /// The least score of an answer that is looked at at all.
    public var candidateScore: Double
    /// The least score, per class, of an answer that is believed by itself.
    public var workingScores: [ObjectClass: Double]
    /// Intersection over union from which on two boxes of a class are one.
    public var overlap: Double

    /// Makes a description.
    public init(
        id: TrainedModelID, weights: Data, input: NetworkInput, whole: FrameSize, region: FrameSize, outputs: [String],
        output: DetectionOutput, labels: [ObjectClass?], candidateScore: Double, workingScores: [ObjectClass: Double],
        overlap: Double
    ) {
        self.id = id
        self.weights = weights
        self.input = input
        self.whole = whole
        self.region = region
        self.outputs = outputs
        self.output = output
        self.labels = labels
        self.candidateScore = candidateScore
        self.workingScores = workingScores
        self.overlap = overlap
    }

    /// What the network is given for a look.
    func input(for look: DetectorLook) -> NetworkInput {
        var input = input
        input.size = look.kind == .whole ? whole : region
        return input
    }
}

/// One pass of the network: over the whole picture or over a part of it.
public struct DetectorLook: Hashable, Sendable {
    /// Which input it takes.
    public enum Kind: Hashable, Sendable {
        /// That of the whole picture.
        case whole
        /// That of a part.
        case region
    }

    /// Which input it takes.
    public var kind: Kind
    /// Pixels of the picture.
    public var part: BoundingBox

    /// Makes a look.
    public init(_ kind: Kind, part: BoundingBox) {
        self.kind = kind
        self.part = part
    }

    /// The whole of a picture.
    public static func whole(_ size: FrameSize) -> DetectorLook {
        DetectorLook(.whole, part: BoundingBox(x: 0, y: 0, width: Double(size.width), height: Double(size.height)))
    }

    /// Overlapping squares over a picture.
    ///
    /// - Parameters:
    ///   - side: of a square in pixels of the picture; neighbours share at least a quarter.
    ///   - limit: most squares; larger pictures get larger squares.
    public static func tiles(_ size: FrameSize, side: Double, limit: Int) -> [DetectorLook] {
        let side = side.rounded(.up)  // whole pixels: the last square ends where the picture does
        let across = spans(Double(size.width), side), down = spans(Double(size.height), side)
        guard across.count * down.count <= limit else { return tiles(size, side: side * 1.1, limit: limit) }
        return down.flatMap { y in
            across.map { x in
                DetectorLook(
                    .region, part: BoundingBox(x: x.from, y: y.from, width: x.length, height: y.length))
            }
        }
    }

    private static func spans(_ length: Double, _ step: Double) -> [(from: Double, length: Double)] {
        guard length > step else { return [(0, length)] }
        let count = max(2, ((length - step / 4) / (step * 3 / 4)).rounded(.up))
        return (0..<Int(count)).map { ((Double($0) * (length - step) / (count - 1)).rounded(), step) }
    }
}
