import EdgeCore
import EdgeRules
import EventModel
import Foundation
import SiteCalibration
import TestSupport
import Testing

@Suite struct RuleSetTests {
    private func makeSite() throws -> Site {
        let json = """
            {"schema": 1, "camera": "nga-tu-01", "frame": {"width": 1280, "height": 720},
             "lines": [{"id": "a", "kind": "counting", "from": [0, 100], "to": [400, 100]},
                       {"id": "b", "kind": "counting", "from": [0, 200], "to": [400, 200]},
                       {"id": "s", "kind": "stop", "from": [0, 150], "to": [400, 150]}],
             "zones": [{"id": "x", "kind": "intrusion", "points": [[0, 0], [400, 0], [400, 300], [0, 300]]},
                       {"id": "y", "kind": "intrusion", "points": [[0, 0], [400, 0], [400, 300], [0, 300]]},
                       {"id": "m", "kind": "mask", "points": [[0, 0], [40, 0], [40, 30]]}]}
            """
        return try SiteFile(json: Data(json.utf8), file: "test.json").resolve(for: FrameSize(width: 1280, height: 720))
    }

    @Test func rulesSpeakInTheOrderOfTheSiteFileAndNumbersAreUnique() throws {
        var rules = RuleSet(site: try makeSite(), firstSituation: 40)
        let walk = Walk([(200, 40), (200, 260)], seconds: 4)
        let findings = scenes(of: [walk]).flatMap { rules.evaluate($0) }
        let lines = findings.compactMap { finding -> String? in
            guard case .lineCrossing(let line, _) = finding.kind else { return nil }
            return line
        }
        #expect(lines == ["a", "b"])
        let ended = rules.reset(at: makeFrameTime(4))
        let numbers = (findings + ended).filter { $0.situation != 0 }.map(\.situation)
        #expect(numbers == [40, 41, 40, 41])
        #expect(rules.nextSituation == 42)
    }

    @Test func theStreamsSizeScalesTheLines() throws {
        let json =
            #"{"schema": 1, "camera": "c", "frame": {"width": 1280, "height": 720}, "lines": [{"id": "a", "kind": "counting", "from": [0, 200], "to": [800, 200]}]}"#
        let site = try SiteFile(json: Data(json.utf8), file: "t").resolve(for: FrameSize(width: 640, height: 360))
        var rules = RuleSet(site: site)
        let findings = scenes(of: [Walk([(200, 40), (200, 160)], seconds: 4)]).flatMap { rules.evaluate($0) }
        #expect(findings.count == 1)
    }
}
