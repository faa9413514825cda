import Crypto
import EdgeCore
import EdgeVision
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeAgent

/// A folder that is gone with its maker.
final class ModelPlace {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ngatu-model-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @discardableResult
    func write(_ name: String, _ data: Data) throws -> String {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
        return url.path
    }
}

@Suite struct ModelFileTests {
    private static let weights = TinyNetwork.answering(
        [30, 26, 20, 12, 0.9, 0], shape: [1, 6, 1], output: "answers"
    ).file()
    private static let digest = SHA256.hash(data: weights).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    /// Line by line, so that a mistake's line is known.
    private static let sound = """
        {
         "schema": 1,
         "id": "ours",
         "version": "7",
         "file": "ours.onnx",
         "sha256": "\(digest)",
         "input": {
          "colour": "RGB", "scale": "1/255", "mean": [1, 2, 3],
          "whole": [64, 32]
         },
         "output": {
          "kind": "yolo",
          "names": ["answers"]
         },
         "labels": ["pedestrian", "dog"],
         "thresholds": {
          "candidate": 0.1,
          "working": {"pedestrian": 0.4}
         },
         "overlap": 0.6
        }
        """

    private func load(_ text: String) throws -> DetectorModel {
        let place = try ModelPlace()
        try place.write("ours.onnx", Self.weights)
        return try ModelFile.load(place.write("model.json", Data(text.utf8)))
    }

    @Test func aSoundDescriptionIsReadAndItsNetworkRuns() throws {
        let model = try load(Self.sound)
        #expect(model.id.rawValue == "ours 7" && model.weights == Self.weights)
        #expect(model.labels == [.person, nil] && model.workingScores == [.person: 0.4])
        #expect(model.input.isRGB && model.input.mean == [1, 2, 3] && model.input.scale == Float(1.0 / 255))
        #expect(model.whole == FrameSize(width: 64, height: 32) && model.region == model.whole)
        #expect(model.output == .yolo(hasObjectness: false) && model.outputs == ["answers"])
        #expect(model.candidateScore == 0.1 && model.overlap == 0.6)
        #expect(throws: Never.self) { try ObjectDetector(model: model) }
    }

    @Test func aDigestInCapitalsIsTheSame() throws {
        let capitals = Self.sound.replacingOccurrences(of: Self.digest, with: Self.digest.uppercased())
        #expect(throws: Never.self) { try load(capitals) }
    }

    @Test func theDetectorThatComesWithTheAgentLoadsAndRuns() throws {
        let model = try ModelFile.load(ModelFolder.detector())
        #expect(model.id.rawValue.hasPrefix("vehicle-detector "))
        #expect(Set(model.labels) == [.motorbike, .car, .bus, .truck, .bicycle, .person, .threeWheeler])
        #expect(model.weights.count < 8_000_000)
        #expect(throws: Never.self) { try ObjectDetector(model: model) }
    }

    /// Text to replace, its replacement, and what the message must say.
    @Test(arguments: [
        ("\"schema\": 1", "\"schema\": 2", [":2: schema:", "reads schema 1", "agent as new as the model"]),
        ("\"schema\": 1", "\"schema\": \"x\"", [":2: schema:", "whole number"]),
        ("\"overlap\"", "\"overlapp\"", [":20: overlapp:", "unknown key", "overlap"]),
        ("\"overlap\": 0.6", "\"overlap\": 60", [":20: overlap:", "from 0.05 to 1"]),
        ("\"id\": \"ours\",", "", [": id:", "is missing"]),
        ("\"id\": \"ours\"", "\"id\": null", ["id:", "is missing"]),
        ("\"ours.onnx\"", "\"other.onnx\"", [":5: file:", "other.onnx", "beside this one"]),
        ("\"ours.onnx\"", "\"../ours.onnx\"", [":5: file:", "beside this one"]),
        ("\"ours.onnx\"", "\"/etc/hostname\"", [":5: file:", "beside this one"]),
        ("\"ours.onnx\"", "\"..\"", [":5: file:", "beside this one"]),
        (digest, "00ff", [":6: sha256:", digest, "ours.onnx", "Copy it again", "correct the digest"]),
        ("\"colour\": \"RGB\"", "\"colour\": \"YUV\"", [":8: input.colour:", "'BGR' or 'RGB'"]),
        ("\"colour\": \"RGB\"", "\"layout\": \"NHWC\"", [":8: input.layout:", "NHWC", "NCHW"]),
        ("\"scale\": \"1/255\"", "\"scale\": \"1/0\"", [":8: input.scale:", "1/255"]),
        ("[1, 2, 3]", "[1, 2]", [":8: input.mean:", "3 levels"]),
        ("[64, 32]", "[64]", [":9: input.whole:", "[width, height]"]),
        ("[64, 32]", "[64, 5000]", [":9: input.whole:", "8 to 4096"]),
        ("\"yolo\"", "\"yolo11\"", [":12: output.kind:", "'yoloObjectness' or 'ssd'"]),
        ("\"kind\": \"yolo\",", "", ["output.strides:", "is missing", "[8, 16, 32]"]),
        ("\"kind\": \"yolo\"", "\"strides\": [8, 16]", [":12: output.strides:", "2 strides for 1 names"]),
        ("\"pedestrian\"", "\"cat\"", [":15: labels:", "none of them", "motorbike, car"]),
        ("[\"pedestrian\", \"dog\"]", "[]", [":15: labels:", "list of texts"]),
        ("{\"pedestrian\": 0.4}", "{\"pedestrians\": 0.4}", [":18: thresholds.working.pedestrians:", "unknown key"]),
        ("{\"pedestrian\": 0.4}", "{\"pedestrian\": 4}", [":18: thresholds.working.pedestrian:", "a score from"]),
        ("\"candidate\": 0.1,", "\"candidate\": 0,", [":17: thresholds.candidate:", "a score from"]),
        ("\"overlap\": 0.6", "\"overlap\": 0.6,,", ["model.json:2", "not valid"]),
    ])
    func aMistakeIsNamedWithItsPlaceAndWhatToDo(text: String, replacement: String, words: [String]) throws {
        let broken = Self.sound.replacingOccurrences(of: text, with: replacement)
        #expect(broken != Self.sound)
        #expect {
            try load(broken)
        } throws: { error in
            let message = "\(error)"
            return words.allSatisfy { message.contains($0) } && message.contains("model.json")
                && message.split(separator: "\n").count == 1
        }
    }

    @Test func allMistakesAreNamedAtOnce() {
        let broken = Self.sound.replacingOccurrences(of: "\"RGB\"", with: "\"GBR\"")
            .replacingOccurrences(of: "\"ours.onnx\"", with: "\"x\"").replacingOccurrences(of: "\"7\"", with: "null")
        #expect {
            try load(broken)
        } throws: {
            let message = "\($0)"
            return ["version", "input.colour", "file"].allSatisfy { message.contains($0) }
        }
    }

    @Test(arguments: ["", "[]", "7", "{", "\u{0}", "null", "{}"])
    func nonsenseIsRefusedWithAText(text: String) {
        #expect { try load(text) } throws: { "\($0)".contains("model.json") && "\($0)".count > 30 }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect { try ModelFile.load("/none/model.json") } throws: {
            "\($0)".contains("/none/model.json: cannot be read")
        }
    }
}

@Suite struct ModelFolderTests {
    @Test func theVariableNamesTheOnlyFolder() throws {
        let place = try ModelPlace()
        let path = try place.write("tiny/model.json", Data())
        let environment = [ModelFolder.variable: place.folder.path]
        #expect(try ModelFolder.description("tiny", environment: environment, program: "/none/edge-agent") == path)
        #expect {
            try ModelFolder.description("other", environment: environment, program: "/none/edge-agent")
        } throws: { error in
            let message = "\(error)"
            return message.contains("'other'") && message.contains("\(place.folder.path)/other/model.json")
                && message.contains(ModelFolder.variable) && !message.contains("/usr/share")
        }
    }

    @Test func aCheckoutIsFoundFromTheProgramItselfAlsoThroughALink() throws {
        let place = try ModelPlace()
        let path = try place.write("Models/Trained/tiny/model.json", Data())
        let program = try place.write(".build/x86/debug/edge-agent", Data())
        #expect(same(try ModelFolder.description("tiny", environment: [:], program: program), path))
        let elsewhere = try ModelPlace()
        let link = elsewhere.folder.appendingPathComponent("edge-agent").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
        #expect(same(try ModelFolder.description("tiny", environment: [:], program: link), path))
        #expect {
            try ModelFolder.description("none", environment: [:], program: link)
        } throws: { "\($0)".contains("/usr/share/ngatu/models/none/model.json") }
    }

    private func same(_ left: String, _ right: String) -> Bool {
        URL(fileURLWithPath: left).resolvingSymlinksInPath() == URL(fileURLWithPath: right).resolvingSymlinksInPath()
    }
}
