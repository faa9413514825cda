import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import CollectorWeb

/// What is wrong with a camera itself, as people see it.
@Suite struct ConditionTests {
    private static let kinds = [
        "signalLoss", "cameraFrozen", "cameraCovered", "cameraBlurred", "cameraMoved", "cameraDark", "cameraBright",
        "clockDrift", "frameRateLow",
    ]

    @Test(arguments: kinds) func eachKindHasANameInBothLanguages(kind: String) throws {
        let tables = try WebHarness().site.services.pages.tables
        #expect(tables[.vietnamese].table["alert_\(kind)"]?.isEmpty == false)
        #expect(tables[.english].table["alert_\(kind)"]?.isEmpty == false)
        #expect(tables[.vietnamese].table["alert_\(kind)"] != tables[.english].table["alert_\(kind)"])
    }

    @Test func aCameraShowsWhatLastsBesideItsState() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let now = harness.site.services.configuration.now()
        var health = makeCameraHealth(at: now)
        health.cameraHealth.conditions = ["signalLoss", "cameraCovered", "<b>new</b>"]
        try await agent.deliver([health], to: harness)
        let camera = try #require(try await harness.store.cameras(scope: .all, now: now).first)
        let strings = harness.site.services.pages.tables[.vietnamese]
        let views = BoardViews(strings: strings, now: now)
        #expect(views.conditions(of: camera).map(\.name) == ["Camera bị che", "<b>new</b>"])
        let tile = try LiveFragments(pages: harness.site.services.pages, views: views).tile(camera, LiveTally())
        #expect(tile.contains("Camera bị che") && !tile.contains("<b>new</b>"))
        let old = try #require(try await harness.store.cameras(scope: .all, now: now + 3_600).first)
        #expect(views.conditions(of: old).isEmpty, "an old report says nothing")
    }
}
