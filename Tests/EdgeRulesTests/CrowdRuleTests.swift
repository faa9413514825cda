import EdgeCore
import EdgeRules
import EventModel
import SiteCalibration
import TestSupport
import Testing

@Suite struct CrowdRuleTests {
    private func makeZone(maximum: Int? = 40, _ change: (inout Zone) -> Void = { _ in }) -> Zone {
        let corners = [Point(x: 0, y: 0), Point(x: 640, y: 0), Point(x: 640, y: 480), Point(x: 0, y: 480)]
        var zone = Zone(id: "square", kind: .crowd, polygon: Polygon(points: corners))
        zone.maximumCount = maximum
        change(&zone)
        return zone
    }

    private func phases(_ findings: [Finding]) -> [String] {
        findings.compactMap {
            guard case .security(.crowd, "square", let phase, _) = $0.kind else { return nil }
            return "\(phase) \($0.time.presentation.seconds)"
        }
    }

    /// One look a second; `count` nil: a frame without a look.
    private func run(_ zone: Zone, seconds: Int, _ count: (Int) -> Int?) throws -> [Finding] {
        var rule = try #require(CrowdRule(zone: zone))
        return (0...seconds).flatMap { second in
            rule.evaluate(
                count(second).map { makeCrowdScene($0, seconds: Double(second)) } ?? makeScene(seconds: Double(second)))
        }
    }

    @Test func aZoneWithoutAMaximumHasNoRule() {
        #expect(CrowdRule(zone: makeZone(maximum: nil)) == nil)
    }

    @Test func tooManyForAWhileOpensOnceIsUpdatedAndEnds() throws {
        let findings = try run(makeZone(), seconds: 150) { (3...90).contains($0) ? 41 : 40 }
        #expect(phases(findings) == ["opened 8.0", "updated 68.0", "ended 120.0"])
        #expect(Set(findings.map(\.situation)) == [1])
        #expect(findings.last?.interval == .seconds(3)...Duration.seconds(90))
    }

    @Test func oneLookTooManyOpensNothing() throws {
        #expect(try run(makeZone(), seconds: 20) { $0 == 10 ? 400 : 10 }.isEmpty)
        #expect(try run(makeZone(), seconds: 60) { $0 == 10 ? 400 : nil }.isEmpty)  // nor does it go on counting alone
    }

    @Test func looksFarApartOpenAndEndTooButNeverAtOnce() throws {
        let findings = try run(makeZone(), seconds: 200) { $0 % 10 == 0 ? ($0 <= 60 ? 50 : 0) : nil }
        #expect(phases(findings) == ["opened 10.0", "ended 90.0"])
    }

    @Test func theZonesOwnTimeAndSeverityHold() throws {
        let zone = makeZone {
            $0.minimumStay = .seconds(20)
            $0.severity = .critical
        }
        let findings = try run(zone, seconds: 30) { _ in 50 }
        #expect(phases(findings) == ["opened 20.0"])
        #expect(findings.first?.kind == .security(.crowd, zone: "square", phase: .opened, severity: .critical))
    }

    @Test func aLookInDoubtDecidesNothing() throws {
        var rule = try #require(CrowdRule(zone: makeZone()))
        for second in 0...20 {
            #expect(rule.evaluate(makeCrowdScene(90, doubt: .tooDark, seconds: Double(second))).isEmpty)
        }
        var findings: [Finding] = []
        for second in 21...27 { findings += rule.evaluate(makeCrowdScene(90, seconds: Double(second))) }
        for second in 28...90 { findings += rule.evaluate(makeCrowdScene(0, doubt: .tooDark, seconds: Double(second))) }
        #expect(phases(findings) == ["opened 26.0"])
    }

    @Test func otherZonesHoursAndABrokenStream() throws {
        var rule = try #require(CrowdRule(zone: makeZone()))
        for second in 0...20 {
            #expect(rule.evaluate(makeCrowdScene(90, zone: "gate", seconds: Double(second))).isEmpty)
        }
        // Tests begin at 08:00 in Vietnam.
        let findings = try run(makeZone { $0.schedule = Schedule("07:00-08:01") }, seconds: 70) { _ in 90 }
        #expect(phases(findings) == ["opened 5.0", "ended 60.0"])
        for second in 0...10 { _ = rule.evaluate(makeCrowdScene(90, seconds: Double(second))) }
        #expect(phases(rule.reset(at: makeFrameTime(10))) == ["ended 10.0"])
        #expect(rule.evaluate(makeCrowdScene(90, seconds: 11)).isEmpty)
    }
}
