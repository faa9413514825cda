public import EdgeCore
import EventModel
import Synchronization

/// Finds and names objects in pictures by a trained network. One serves all cameras: they take turns.
public final class ObjectDetector: Sendable {
    /// What runs.
    public let model: DetectorModel
    private let passes: Mutex<Passes>

    /// Reads the network for both of its inputs.
    ///
    /// - Throws: ``VisionError`` with kind `.badInput` where the file is no network that fits its description.
    public init(model: DetectorModel) throws(VisionError) {
        self.model = model
        passes = Mutex(try Passes(model))
    }

    /// Runs the network over parts of a picture.
    ///
    /// - Parameters:
    ///   - looks: which parts. What touches the edge of a part inside the picture is left out: it is cut.
    ///   - detections: receives what is found in all of them, best first, after suppression within each class; boxes in
    ///     pixels of the picture, cut at its edges.
    /// - Throws: ``VisionError``; `.badInput` means this picture is to be dropped.
    public func detect(
        in image: PixelBuffer, _ looks: [DetectorLook], into detections: inout [Detection]
    ) throws(VisionError) {
        detections.removeAll(keepingCapacity: true)
        var failure: VisionError?
        passes.withLock { passes in
            do throws(VisionError) {
                for look in looks { try passes.run(look, image, model, &detections) }
            } catch { failure = error }
        }
        if let failure { throw failure }
        Suppression.withinClasses(&detections, overlap: model.overlap)
    }

    /// Removes boxes that overlap a better one of another class.
    public static func nameOnce(_ detections: inout [Detection]) {
        Suppression.acrossClasses(&detections, overlap: 0.65)
    }
}

/// The two networks of a detector and what reads their answers.
private struct Passes {
    /// Input pixels: a box nearer to a part's inner edge than this is cut by it.
    private static let edge = 3.0

    private let whole: Network
    private let region: Network
    private var reader: CandidateReader

    init(_ model: DetectorModel) throws(VisionError) {
        func network(_ size: FrameSize) throws(VisionError) -> Network {
            var input = model.input
            input.size = size
            return try Network(weights: model.weights, input: input, outputs: model.outputs)
        }
        whole = try network(model.whole)
        region = model.region == model.whole ? whole : try network(model.region)
        let least = Float(model.candidateScore)
        // A label that no class of ours is never reaches its threshold.
        reader = CandidateReader(
            output: model.output, thresholds: model.labels.map { $0 == nil ? .infinity : least })
        try read(whole, model)
        try read(region, model)
    }

    mutating func run(
        _ look: DetectorLook, _ image: PixelBuffer, _ model: DetectorModel, _ detections: inout [Detection]
    ) throws(VisionError) {
        let network = look.kind == .whole ? whole : region
        let fit = try network.run(on: image, part: look.part)
        try read(network, model)
        let picture = BoundingBox(x: 0, y: 0, width: Double(image.size.width), height: Double(image.size.height))
        let margin = Self.edge / fit.scale
        for candidate in reader.candidates {
            guard let label = model.labels[candidate.label] else { continue }
            let box = fit.box(fromInput: (candidate.left, candidate.top, candidate.right, candidate.bottom))
            guard !box.isCut(by: look.part, of: picture, margin: margin) else { continue }
            let seen = box.intersection(picture)
            guard seen.width >= 1, seen.height >= 1 else { continue }
            detections.append(
                Detection(box: seen, label: label, confidence: Double(candidate.score), model: model.id))
        }
    }

    private mutating func read(_ network: Network, _ model: DetectorModel) throws(VisionError) {
        reader.begin()
        if case .strideMaps(let strides) = model.output, strides.count != network.outputCount {
            throw Self.misfit("\(network.outputCount) outputs for \(strides.count) strides")
        }
        let size = (network.input.size.width, network.input.size.height)
        for index in 0..<network.outputCount {
            let problem = try network.withOutput(index) { reader.read(output: index, $0, shape: $1, input: size) }
            if let problem { throw Self.misfit("output \(index + 1): \(problem)") }
        }
        reader.finish()
    }

    private static func misfit(_ text: String) -> VisionError {
        VisionError(kind: .badInput, operation: "network output", message: text)
    }
}

extension BoundingBox {
    /// Whether an edge of a part that lies inside the picture cuts the box.
    fileprivate func isCut(by part: BoundingBox, of picture: BoundingBox, margin: Double) -> Bool {
        (x < part.x + margin && part.x > 0) || (maxX > part.maxX - margin && part.maxX < picture.maxX)
            || (y < part.y + margin && part.y > 0) || (maxY > part.maxY - margin && part.maxY < picture.maxY)
    }
}
