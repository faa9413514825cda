import Foundation
import Testing

@testable import EdgeAgent

@Suite struct DetectorConfigurationTests {
    private static let sound =
        "agent:\n  name: box\n  data: data\ncameras:\n  - id: cam-1\n    url: rtsp://192.0.2.1/\n"

    private func parse(_ section: String) throws -> AgentConfiguration.Detector {
        try AgentConfiguration.parse(Self.sound + section, file: "/etc/ngatu/agent.yaml").detector
    }

    @Test(arguments: ["", "detector:\n", "detector: {}\n"])
    func theDetectorThatCameWithTheAgentRunsUnlessSaidOtherwise(section: String) throws {
        let detector = try parse(section)
        #expect(detector.isEnabled && detector.model == nil && detector.millisecondsPerSecond == 500)
    }

    @Test func aModelLiesBesideTheConfiguration() throws {
        let detector = try parse("detector:\n  model: models/ours/model.json\n  milliseconds-per-second: 120\n")
        #expect(detector.model?.path == "/etc/ngatu/models/ours/model.json" && detector.millisecondsPerSecond == 120)
        #expect(try parse("detector:\n  model: /srv/model.json\n").model?.path == "/srv/model.json")
        #expect(try !parse("detector:\n  enabled: false\n").isEnabled)
    }

    @Test(arguments: [
        ("  modell: x", ["detector.modell", "unknown key", "milliseconds-per-second"]),
        ("  enabled: perhaps", ["detector.enabled", "true or false"]),
        ("  milliseconds-per-second: 9", ["detector.milliseconds-per-second", "from 10"]),
        ("  milliseconds-per-second: 9000", ["detector.milliseconds-per-second", "to 8000"]),
        ("  model: [a, b]", ["detector.model", "wants a text"]),
    ])
    func aMistakeIsNamedWithItsPlace(line: String, words: [String]) {
        #expect { try parse("detector:\n\(line)\n") } throws: { error in
            let message = "\(error)"
            return message.contains("agent.yaml:8:") && words.allSatisfy { message.contains($0) }
        }
    }
}
