import CVision
public import EdgeCore
public import EventModel
public import Foundation

/// A trained network with one size of input, run by OpenCV on the processor. Belongs to one thread at a time.
///
/// The bytes must be those that were meant (SHA-256): OpenCV 4.6 can be killed by an ONNX file that is made to.
public final class Network {
    /// What it wants to see.
    public let input: NetworkInput
    private let handle: OpaquePointer

    /// Reads a network and runs it once.
    ///
    /// - Parameters:
    ///   - weights: an ONNX file with its weights inline.
    ///   - outputs: the names of the outputs to compute, in the order of ``output(_:)``; none: all there are.
    /// - Throws: ``VisionError`` with kind `.badInput` where the bytes are no network that takes this input.
    public init(weights: Data, input: NetworkInput, outputs: [String] = []) throws(VisionError) {
        guard input.mean.count == 3 else {
            throw VisionError(kind: .badInput, operation: "network read", message: "mean wants 3 levels")
        }
        if let problem = OnnxFile(weights).problem {
            throw VisionError(kind: .badInput, operation: "network read", message: problem)
        }
        self.input = input
        var settings = input.settings
        var made: OpaquePointer?
        let names = outputs.map { strdup($0) }
        defer { names.forEach { free($0) } }
        let pointers = names.map { UnsafePointer($0) }
        let bytes = [UInt8](weights)
        try VisionError.check("network read") {
            ocv_network_create(bytes, bytes.count, &settings, pointers, Int32(clamping: names.count), &made, $0, $1)
        }
        guard let made else {
            throw VisionError(kind: .internalFault, operation: "network read", message: "no handle was made")
        }
        handle = made
    }

    deinit { ocv_network_destroy(handle) }

    /// Scales a part of a picture into the input and runs the network.
    ///
    /// - Parameter part: pixels of the picture; cut at its edges, begun at even pixels.
    /// - Returns: how the part lay in the input.
    /// - Throws: ``VisionError``; `.badInput` where the part lies outside the picture.
    @discardableResult
    public func run(on image: PixelBuffer, part: BoundingBox) throws(VisionError) -> InputFit {
        var planes = ocv_planes(image)
        var fit = ocv_fit()
        let left = part.x.rounded(.down), top = part.y.rounded(.down)
        try VisionError.check("network run") {
            ocv_network_run(
                handle, &planes, Int32(clamped: left), Int32(clamped: top),
                Int32(clamped: part.maxX.rounded(.up) - left), Int32(clamped: part.maxY.rounded(.up) - top), &fit, $0,
                $1)
        }
        return InputFit(fit)
    }

    /// How many outputs there are.
    public var outputCount: Int { Int(ocv_network_output_count(handle)) }

    /// Reads an output of the last run.
    ///
    /// - Parameter body: receives the samples, row after row, and their shape. Both are gone after it.
    /// - Throws: ``VisionError`` where there is no such output.
    public func withOutput<Result>(
        _ index: Int, _ body: (_ samples: UnsafeBufferPointer<Float>, _ shape: [Int]) -> Result
    ) throws(VisionError) -> Result {
        var samples: UnsafePointer<Float>?
        var lengths = [Int32](repeating: 0, count: 4)
        var dimensions: Int32 = 0
        try VisionError.check("network output") {
            ocv_network_output(handle, Int32(clamping: index), &samples, &lengths, &dimensions, $0, $1)
        }
        let shape = lengths.prefix(Int(dimensions)).map(Int.init)
        return body(UnsafeBufferPointer(start: samples, count: shape.reduce(1, *)), shape)
    }

    /// The input of the last run, channel after channel. For tests.
    func inputSamples() throws(VisionError) -> [Float] {
        var samples = [Float](repeating: 0, count: 3 * input.size.width * input.size.height)
        let count = samples.count
        try VisionError.check("network input") { ocv_network_input_copy(handle, &samples, count, $0, $1) }
        return samples
    }
}

extension ocv_planes {
    init(_ image: PixelBuffer) {
        let (blue, red) = (image.chroma?.blue, image.chroma?.red)
        self.init(
            luma: image.luma.baseAddress, blue: blue?.baseAddress, red: red?.baseAddress,
            luma_stride: image.luma.bytesPerRow, blue_stride: blue?.bytesPerRow ?? 0, red_stride: red?.bytesPerRow ?? 0,
            width: Int32(clamping: image.luma.width), height: Int32(clamping: image.luma.height),
            chroma_width: Int32(clamping: blue?.width ?? 0), chroma_height: Int32(clamping: blue?.height ?? 0),
            is_full_range: image.isFullRange ? 1 : 0)
    }
}

extension Int32 {
    /// The nearest whole number that fits; 0 for what is no number.
    fileprivate init(clamped value: Double) {
        self = value.isNaN ? 0 : Int32(Swift.max(-1e9, Swift.min(1e9, value)))
    }
}
