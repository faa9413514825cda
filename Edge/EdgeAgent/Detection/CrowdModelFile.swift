import EdgeCore
import EdgeVision
import Foundation

extension ModelFile {
    /// Reads and checks the description of a counter of people and its weights.
    ///
    /// - Throws: ``ConfigurationError`` with every mistake: keys, values, a missing file, another digest than expected.
    static func loadCrowdCounter(_ path: String) throws -> CrowdModel {
        let problems = YAMLSection.Problems()
        let root = try section(of: path, problems)
        let model = crowdModel(root, folder: URL(fileURLWithPath: path).deletingLastPathComponent())
        guard problems.list.isEmpty, let model else { throw ConfigurationError(file: path, problems: problems.list) }
        return model
    }

    private static func crowdModel(_ root: YAMLSection, folder: URL) -> CrowdModel? {
        guard isKnownSchema(root) else { return nil }
        defer { root.finish() }
        let name = root.required("id", root.string("id"), "what the model is called")
        let version = root.required("version", root.string("version"), "samples name it")
        let input = root.required("input", root.section("input"), "what the network wants to see").flatMap(input)
        let scales = root.numbers("scales", in: 0.25...2) ?? [1]
        let output = root.required("output", root.section("output"), "how its map is read").flatMap(crowdOutput)
        let interval = root.required("interval", root.section("interval"), "how far it may be off").flatMap(interval)
        let limits = root.required("limits", root.section("limits"), "what a picture must have").flatMap(limits)
        let weights = weights(root, folder: folder)
        guard let name, let version, let input, let output, let interval, let limits, let weights else { return nil }
        return CrowdModel(
            id: TrainedModelID(rawValue: "\(name) \(version)"), weights: weights, input: input.input,
            scales: scales.isEmpty ? [1] : scales, output: output.name, stride: output.stride, interval: interval,
            limits: limits)
    }

    private static func crowdOutput(_ section: YAMLSection) -> (name: String, stride: Int)? {
        defer { section.finish() }
        _ = section.string("channels")
        guard let name = section.required("name", section.string("name"), "of the map among the outputs"),
            let stride = section.required("stride", section.whole("stride", in: 1...64), "input pixels across a cell")
        else { return nil }
        return (name, stride)
    }

    private static func interval(_ section: YAMLSection) -> CrowdInterval? {
        defer { section.finish() }
        func number(_ key: String) -> Double? {
            section.required(key, section.number(key, in: 0...1_000, unit: "a number"), "see the model's card")
        }
        guard let floor = number("floor"), let slope = number("slope"), let below = number("below"),
            let above = number("above"), let doubtful = number("doubtful")
        else { return nil }
        return CrowdInterval(floor: floor, slope: slope, below: below, above: above, doubtful: doubtful)
    }

    private static func limits(_ section: YAMLSection) -> CrowdLimits? {
        defer { section.finish() }
        func number(_ key: String) -> Double? {
            section.required(key, section.number(key, in: 0...100_000, unit: "a number"), "see the model's card")
        }
        guard let level = number("leastLevel"), let side = number("leastSide"), let most = number("mostInBlock"),
            let crowded = number("mostCrowded")
        else { return nil }
        return CrowdLimits(leastLevel: level, leastSide: side, mostInBlock: most, mostCrowded: crowded)
    }
}
