public import EdgeCore
public import EventModel
public import SiteCalibration
import Synchronization

/// Counts people in pictures by a trained network that draws a map of them. One serves all cameras: they take turns.
public final class CrowdCounter: Sendable {
    /// What a look gave.
    public struct Answer: Sendable {
        /// The people in the area that was asked for.
        public var people: CrowdCount
        /// Where they are in the picture, the surest first; at most as many as are counted.
        public var places: [Point]
    }

    /// What runs.
    public let model: CrowdModel
    private let networks: Mutex<SizedNetworks>

    /// Reads the network and runs it once, on its largest input.
    ///
    /// - Throws: ``VisionError`` with kind `.badInput` where the file is no network that fits its description.
    public init(model: CrowdModel) throws(VisionError) {
        self.model = model
        var networks = SizedNetworks()
        let network = try networks.network(model.input.size, model)
        _ = try Self.density(network, model, picture: model.input.size, fit: nil)
        self.networks = Mutex(networks)
    }

    /// Counts the people in an area of a picture; nil: in all of it.
    ///
    /// Looks at the area's surroundings too, at the picture's own scale where the area is small.
    ///
    /// - Throws: ``VisionError``; `.badInput` where the area lies outside the picture.
    public func count(in image: PixelBuffer, area: Polygon? = nil) throws(VisionError) -> Answer {
        let part = area.map { Self.surroundings(of: $0, in: image.size) } ?? Self.whole(image.size)
        let maps = try maps(of: image, part: part)
        let region = FrameSize(width: Int(part.width.rounded()), height: Int(part.height.rounded()))
        let doubt = model.limits.doubt(
            level: BrightLevel.of(image, part: part), region: region, density: maps[0], area: area)
        let sums = maps.map { map in area.map(map.people(in:)) ?? map.people }
        let people = sums.reduce(0, +) / Double(sums.count)
        let count = model.interval.count(people, doubt: doubt)
        return Answer(people: count, places: Array(maps[0].peaks(in: area).prefix(count.count)))
    }

    /// The maps of a part of a picture, one for each of the model's scales, at least one.
    ///
    /// - Throws: ``VisionError``; `.badInput` where the part lies outside the picture.
    public func maps(of image: PixelBuffer, part: BoundingBox) throws(VisionError) -> [CrowdDensity] {
        var maps: [CrowdDensity] = []
        var failure: VisionError?
        let region = FrameSize(width: Int(part.width.rounded(.up)), height: Int(part.height.rounded(.up)))
        networks.withLock { networks in
            do throws(VisionError) {
                for factor in model.scales {
                    let network = try networks.network(model.inputSize(for: region, factor: factor), model)
                    let fit = try network.run(on: image, part: part)
                    maps.append(try Self.density(network, model, picture: image.size, fit: fit))
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        guard !maps.isEmpty else { throw Self.misfit("the model names no scale to count at") }
        return maps
    }

    /// An eighth of its size more on every side, cut at the picture's edges: heads at its edge are seen whole.
    static func surroundings(of area: Polygon, in size: FrameSize) -> BoundingBox {
        let across = area.points.map(\.x), down = area.points.map(\.y)
        guard let left = across.min(), let right = across.max(), let top = down.min(), let bottom = down.max() else {
            return whole(size)
        }
        let x = max(0, left - (right - left) / 8), y = max(0, top - (bottom - top) / 8)
        return BoundingBox(
            x: x, y: y, width: min(Double(size.width), right + (right - left) / 8) - x,
            height: min(Double(size.height), bottom + (bottom - top) / 8) - y)
    }

    private static func whole(_ size: FrameSize) -> BoundingBox {
        BoundingBox(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    }

    /// - Parameter fit: how the picture lay in the input; nil: just as large.
    private static func density(
        _ network: Network, _ model: CrowdModel, picture: FrameSize, fit: InputFit?
    ) throws(VisionError) -> CrowdDensity {
        let (cells, shape) = try network.withOutput(0) { (Array($0), $1) }
        let size = network.input.size
        guard shape == [1, 1, size.height / model.stride, size.width / model.stride] else {
            throw misfit(
                "its shape is \(shape); expected one map with a cell for \(model.stride) x \(model.stride) pixels")
        }
        let zero = Point(x: 0, y: 0)
        let fit = fit ?? InputFit(origin: zero, scale: 1, offset: zero)
        let origin = Point(x: fit.origin.x - fit.offset.x / fit.scale, y: fit.origin.y - fit.offset.y / fit.scale)
        return try CrowdDensity(
            cells: cells, columns: shape[3], rows: shape[2], origin: origin, side: Double(model.stride) / fit.scale,
            picture: picture)
    }

    private static func misfit(_ text: String) -> VisionError {
        VisionError(kind: .badInput, operation: "crowd network", message: text)
    }
}

/// The network for each shape of picture that was met of late.
private struct SizedNetworks {
    /// Each takes some megabytes; a site has few shapes.
    private static let limit = 6

    private var made: [Network] = []

    mutating func network(_ size: FrameSize, _ model: CrowdModel) throws(VisionError) -> Network {
        if let known = made.firstIndex(where: { $0.input.size == size }) {
            made.append(made.remove(at: known))
            return made[made.count - 1]
        }
        var input = model.input
        input.size = size
        let network = try Network(weights: model.weights, input: input, outputs: [model.output])
        if made.count == Self.limit { made.removeFirst() }
        made.append(network)
        return network
    }
}
