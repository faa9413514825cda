import EdgeCore
import EdgeRules
import EventModel
import Foundation
import SiteCalibration
import TestSupport
import Testing

@Suite struct ZoneIntrusionRuleTests {
    /// A zone from (100, 100) to (300, 300).
    private func makeZone(_ change: (inout Zone) -> Void = { _ in }) -> Zone {
        let corners = [(100.0, 100.0), (300.0, 100.0), (300.0, 300.0), (100.0, 300.0)]
        var zone = Zone(
            id: "yard", kind: .intrusion, polygon: Polygon(points: corners.map { Point(x: $0.0, y: $0.1) }))
        change(&zone)
        return zone
    }

    /// Phases with the second at which they were reported.
    private func phases(_ findings: [Finding]) -> [String] {
        findings.compactMap {
            guard case .security(_, _, let phase, _) = $0.kind else { return nil }
            return "\(phase) \($0.time.presentation.seconds)"
        }
    }

    private func run(_ zone: Zone, seconds: Double, _ track: (Double) -> Track?) -> [Finding] {
        var rule = ZoneIntrusionRule(zone: zone)
        return (0...Int(seconds * 10)).flatMap { index in
            let now = Double(index) / 10
            return rule.evaluate(makeScene(track(now).map { [$0] } ?? [], seconds: now))
        }
    }

    @Test func aVisitOpensOnceIsUpdatedAndEnds() {
        let findings = run(makeZone(), seconds: 40) {
            $0 >= 1 && $0 <= 30 ? makeTrack(x: 200, y: 200, seconds: $0) : nil
        }
        #expect(phases(findings) == ["opened 1.5", "updated 11.5", "updated 21.5", "ended 31.6"])
        #expect(Set(findings.map(\.situation)) == [1])
        #expect(findings.last?.interval == .seconds(1)...Duration.seconds(30))
    }

    @Test func aShortVisitOpensNothing() {
        let findings = run(makeZone(), seconds: 5) { $0 >= 1 && $0 <= 1.3 ? makeTrack(x: 200, y: 200) : nil }
        #expect(findings.isEmpty)
    }

    @Test func theZonesOwnMinimumHolds() {
        let zone = makeZone { $0.minimumStay = .seconds(4) }
        #expect(phases(run(zone, seconds: 5) { _ in makeTrack(x: 200, y: 200) }) == ["opened 4.0"])
    }

    @Test func aShortAbsenceDoesNotEndIt() {
        let findings = run(makeZone(), seconds: 9) { $0 > 3 && $0 < 4.2 ? nil : makeTrack(x: 200, y: 200) }
        #expect(phases(findings) == ["opened 0.5"])
    }

    @Test func severalVisitorsAreOneSituationWithAllSubjects() {
        var rule = ZoneIntrusionRule(zone: makeZone())
        _ = rule.evaluate(makeScene([makeTrack(id: 9, x: 150, y: 200)], seconds: 0))
        let both = [makeTrack(id: 2, x: 250, y: 200), makeTrack(id: 9, x: 150, y: 200)]
        let opened = rule.evaluate(makeScene(both, seconds: 1))
        #expect(opened.count == 1)
        #expect(opened.first?.subjects.map(\.id.rawValue) == [9, 2])  // the one that was there first comes first
        #expect(rule.evaluate(makeScene(both, seconds: 2)).isEmpty)
    }

    /// Classes of the zone, class of the track, whether the zone is concerned.
    static let classTable: [(classes: Set<ObjectClass>?, label: ObjectClass, isConcerned: Bool)] = [
        (nil, .person, true), ([.person], .person, true), ([.person], .car, false), ([.person], .moving, true),
        ([.person], .vehicle, false), ([.car], .vehicle, true), ([.vehicle], .truck, true),
        ([.vehicle], .person, false),
    ]

    @Test(arguments: classTable.indices)
    func classesFilterOnlyWhatANetworkHasNamed(row: Int) {
        let (classes, label, isConcerned) = Self.classTable[row]
        let zone = makeZone { $0.classes = classes }
        let findings = run(zone, seconds: 2) { _ in makeTrack(x: 200, y: 200, label: label) }
        #expect(!findings.isEmpty == isConcerned)
    }

    @Test func lostTracksNeitherOpenNorHold() {
        #expect(run(makeZone(), seconds: 5) { _ in makeTrack(x: 200, y: 200, state: .lost) }.isEmpty)
        let left = run(makeZone(), seconds: 9) { makeTrack(x: 200, y: 200, state: $0 > 2 ? .lost : .confirmed) }
        #expect(phases(left) == ["opened 0.5", "ended 3.6"])
    }

    @Test func outsideItsHoursNothingIsReportedAndTheEndOfTheHoursEndsIt() {
        // Tests begin at 08:00 in Vietnam.
        let closed = makeZone { $0.schedule = Schedule("22:00-05:00") }
        #expect(run(closed, seconds: 5) { _ in makeTrack(x: 200, y: 200) }.isEmpty)
        let closing = makeZone { $0.schedule = Schedule("07:00-08:01") }
        let findings = run(closing, seconds: 70) { _ in makeTrack(x: 200, y: 200) }
        #expect(phases(findings).first == "opened 0.5")
        #expect(phases(findings).last == "ended 60.0")
    }

    @Test func aBoxAtThePicturesEdgeIsInAZoneThatReachesTheEdge() {
        let whole = makeZone {
            $0.polygon = Polygon(points: [(0, 0), (1280, 0), (1280, 720), (0, 720)].map { Point(x: $0.0, y: $0.1) })
        }
        #expect(!run(whole, seconds: 2) { _ in makeTrack(x: 640, y: 720) }.isEmpty)
        #expect(!run(whole, seconds: 2) { _ in makeTrack(x: 1280, y: 735) }.isEmpty)
    }

    @Test func aBrokenStreamEndsWhatIsOpen() {
        var rule = ZoneIntrusionRule(zone: makeZone())
        for second in 0...3 { _ = rule.evaluate(makeScene([makeTrack(x: 200, y: 200)], seconds: Double(second))) }
        #expect(phases(rule.reset(at: makeFrameTime(3))) == ["ended 3.0"])
        #expect(rule.reset(at: makeFrameTime(3)).isEmpty)
        #expect(rule.evaluate(makeScene([makeTrack(x: 200, y: 200)], seconds: 0)).isEmpty)
    }
}
