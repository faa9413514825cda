import Crypto
import EdgeCore
import EdgeVision
import EventModel
import Foundation
import Yams

/// Reads a trained detector: its `model.json` and the weights beside it.
enum ModelFile {
    static let schema = 1

    /// Reads and checks a description and its weights.
    ///
    /// - Throws: ``ConfigurationError`` with every mistake: keys, values, a missing file, another digest than expected.
    static func load(_ path: String) throws -> DetectorModel {
        let problems = YAMLSection.Problems()
        let root = try section(of: path, problems)
        let model = read(root, folder: URL(fileURLWithPath: path).deletingLastPathComponent())
        guard problems.list.isEmpty, let model else { throw ConfigurationError(file: path, problems: problems.list) }
        return model
    }

    /// JSON is YAML, and so every mistake has its line.
    static func section(of path: String, _ problems: YAMLSection.Problems) throws -> YAMLSection {
        func refusal(_ text: String, line: Int? = nil) -> ConfigurationError {
            ConfigurationError(file: path, problems: [.init(line: line, keyPath: "", text: text)])
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw refusal("cannot be read: is the path right, and is it UTF-8 text?")
        }
        do {
            guard let mapping = try Yams.compose(yaml: text)?.mapping else { throw refusal("is no JSON object") }
            return YAMLSection(mapping, keyPath: "", problems: problems)
        } catch let error as YamlError {
            throw ConfigurationError(file: path, problems: [.init(error)])
        }
    }

    private static func read(_ root: YAMLSection, folder: URL) -> DetectorModel? {
        guard isKnownSchema(root) else { return nil }
        defer { root.finish() }
        let name = root.required("id", root.string("id"), "what the model is called")
        let version = root.required("version", root.string("version"), "events name it")
        let labels = root.required("labels", root.strings("labels"), "what the network's classes mean, in its order")
        let input = root.required("input", root.section("input"), "what the network wants to see").flatMap(input)
        let output = root.required("output", root.section("output"), "how its answers are read").flatMap(output)
        let thresholds = root.required("thresholds", root.section("thresholds"), "from which score on answers count")
        let scores = labels.flatMap { labels in thresholds.flatMap { self.scores($0, labels: labels) } }
        let overlap = root.number("overlap", in: 0.05...1, unit: "a share") ?? 0.5
        let weights = weights(root, folder: folder)
        if let labels, labels.allSatisfy({ ObjectClass(label: $0) == nil }) {
            return root.fail("labels", "none of them is a class that the agent knows (\(ObjectClass.spelled))", at: nil)
        }
        guard let name, let version, let labels, let input, let output, let scores, let weights else { return nil }
        return DetectorModel(
            id: TrainedModelID(rawValue: "\(name) \(version)"), weights: weights, input: input.input,
            whole: input.whole, region: input.region, outputs: output.names, output: output.output,
            labels: labels.map { ObjectClass(label: $0) }, candidateScore: scores.candidate,
            workingScores: scores.working, overlap: overlap)
    }

    /// Whether this agent knows the schema. The keys of another one are not worth a word.
    static func isKnownSchema(_ root: YAMLSection) -> Bool {
        guard let schema = root.whole("schema", in: 1...1_000), schema != Self.schema else { return true }
        let advice = "this agent reads schema \(Self.schema); use an agent as new as the model"
        return root.fail("schema", advice, at: nil) ?? false
    }

    static func weights(_ root: YAMLSection, folder: URL) -> Data? {
        guard let name = root.required("file", root.string("file"), "the ONNX file beside this one"),
            let digest = root.required("sha256", root.string("sha256"), "its SHA-256: `sha256sum FILE`")
        else { return nil }
        let url = folder.appendingPathComponent(name)
        guard !name.contains("/"), let data = try? Data(contentsOf: url) else {
            return root.fail("file", "'\(url.path)' cannot be read; the file must lie beside this one", at: nil)
        }
        let actual = SHA256.hash(data: data).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard actual == digest.lowercased() else {
            return root.fail(
                "sha256",
                "'\(url.path)' has the SHA-256 \(actual): it is damaged, or not the file that is described here. Copy it "
                    + "again; if it is the right one, correct the digest", at: nil)
        }
        return data
    }

    static func input(
        _ section: YAMLSection
    ) -> (input: NetworkInput, whole: FrameSize, region: FrameSize)? {
        defer { section.finish() }
        _ = section.string("name")
        _ = section.whole("multipleOf", in: 1...1_024)
        if let layout = section.string("layout"), layout != "NCHW" {
            _ = section.fail("layout", "is '\(layout)'; the agent can give NCHW only", at: nil) as Never?
        }
        let colour = section.choice("colour", of: ColourOrder.self) ?? .BGR
        let whole = section.required("whole", section.size("whole"), "[width, height] of the network's input")
        let region = section.size("region")
        let mean = section.numbers("mean", in: 0...255) ?? [0, 0, 0]
        let scale = section.fraction("scale") ?? 1 / 255
        let bars = section.number("bars", in: 0...255, unit: "a level") ?? 114
        guard mean.count == 3 else { return section.fail("mean", "wants 3 levels", at: nil) }
        guard let whole else { return nil }
        let input = NetworkInput(
            size: whole, isRGB: colour == .RGB, mean: mean.map(Float.init), scale: Float(scale), bars: Float(bars))
        return (input, whole, region ?? whole)
    }

    private static func output(_ section: YAMLSection) -> (output: DetectionOutput, names: [String])? {
        defer { section.finish() }
        _ = section.string("channels")
        let names = section.strings("names") ?? []
        let strides = section.wholes("strides", in: 1...256)
        let kind = section.string("kind") == nil ? .strideMaps : section.choice("kind", of: OutputKind.self)
        guard let kind else { return nil }
        switch kind {
        case .strideMaps:
            guard let strides = section.required("strides", strides, "e.g. [8, 16, 32]") else { return nil }
            guard names.isEmpty || names.count == strides.count else {
                return section.fail("strides", "\(strides.count) strides for \(names.count) names", at: nil)
            }
            return (.strideMaps(strides: strides), names)
        case .yolo: return (.yolo(hasObjectness: false), names)
        case .yoloObjectness: return (.yolo(hasObjectness: true), names)
        case .ssd: return (.ssd, names)
        }
    }

    private static func scores(
        _ section: YAMLSection, labels: [String]
    ) -> (candidate: Double, working: [ObjectClass: Double])? {
        defer { section.finish() }
        let candidate = section.number("candidate", in: 0.001...1, unit: "a score") ?? 0.05
        guard let inner = section.required("working", section.section("working"), "the least score of each label")
        else {
            return nil
        }
        var working: [ObjectClass: Double] = [:]
        for label in labels {
            let score = inner.number(label, in: 0.001...1, unit: "a score")
            guard let kind = ObjectClass(label: label) else { continue }
            working[kind] = min(working[kind] ?? 1, score ?? 0.5)
        }
        inner.finish()
        return (candidate, working)
    }

    private enum ColourOrder: String, CaseIterable { case BGR, RGB }
    private enum OutputKind: String, CaseIterable { case strideMaps, yolo, yoloObjectness, ssd }
}

extension ObjectClass {
    /// The class of a network's label; nil for labels that no class of ours is.
    init?(label: String) {
        let other = [
            "motorcycle": "motorbike", "scooter": "motorbike", "pedestrian": "person", "tricycle": "threeWheeler",
        ]
        self.init(rawValue: other[label.lowercased()] ?? label)
        if self == .moving || self == .vehicle && label != "vehicle" { return nil }
    }

    fileprivate static var spelled: String { allCases.filter { $0 != .moving }.map(\.rawValue).joined(separator: ", ") }
}

extension YAMLSection {
    /// `[width, height]` of a network's input.
    fileprivate func size(_ key: String) -> FrameSize? {
        guard let sides = wholes(key, in: 8...4_096) else { return nil }
        guard sides.count == 2 else { return fail(key, "wants [width, height]", at: nil) }
        return FrameSize(width: sides[0], height: sides[1])
    }
}
