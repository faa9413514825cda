import BatchCodec
import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

@testable import CollectorWeb

/// What a live page hears: exactly what happened, whatever breaks in between.
@Suite struct LiveTests {
    /// A page that listens: its totals and its lists, as the script of the page keeps them.
    private struct Page {
        var cursor: Int64?
        var counts: [String: String] = [:]
        var passages: [String] = []
        var total = 0
        var snapshots = 0

        mutating func hear(_ events: [ServerEvent]) throws {
            for event in events {
                let lines = event.text.split(separator: "\n")
                cursor = lines.first { $0.hasPrefix("id: ") }.flatMap { Int64($0.dropFirst(4)) } ?? cursor
                let data = Data((lines.first { $0.hasPrefix("data: ") } ?? "data: {}").dropFirst(6).utf8)
                guard let json = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { continue }
                if lines[0] == "event: snapshot" { snapshots += 1 }
                for (key, pair) in json["counts"] as? [String: [String]] ?? [:] { counts[key] = pair[0] }
                total += json["passageCount"] as? Int ?? 0
                for element in json["passages"] as? [[String: String]] ?? [] { passages.append(element["id"] ?? "") }
            }
        }
    }

    private func teller(_ harness: WebHarness, scope: SiteScope = .all) -> LiveTeller {
        LiveTeller(
            services: harness.site.services, scope: scope,
            strings: harness.site.services.pages.tables[.vietnamese])
    }

    private func mail(_ harness: WebHarness, after: Int64, isBeat: Bool = false) async throws -> LiveMailbox.Content {
        let items = try await harness.store.feed(after: after, scope: .all, limit: 1_000)
        var content = LiveMailbox.Content(cursor: items.last?.cursor ?? after)
        content.items = items
        content.isBeat = isBeat
        return content
    }

    @Test func totalsTickAndAreToldOnceEach() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makePassage(), makePassage(track: 2)], to: harness)
        var teller = teller(harness)
        var page = Page()
        try page.hear(try await teller.begin(after: nil, start: try await harness.store.currentCursor()))
        #expect(page.snapshots == 1 && page.cursor == 2)
        try await agent.deliver([makePassage(track: 3), makePassage(objectClass: .bus, track: 4)], to: harness)
        let content = try await mail(harness, after: 2)
        try page.hear(try await teller.update(content))
        // The same mail again: nothing counts twice.
        try page.hear(try await teller.update(content))
        let camera = try await harness.store.cameras(scope: .all, now: harness.now)[0].id
        #expect(page.counts["\(camera)|north|leftToRight|car"] == "3")
        #expect(page.counts["\(camera)|north|leftToRight"] == "4")
        #expect(page.passages == ["passage-3", "passage-4"])
        #expect(page.total == 2)
    }

    @Test func aPageThatComesBackHearsWhatItMissed() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver((1...5).map { makePassage(track: $0) }, to: harness)
        var page = Page(cursor: 2)
        var teller = teller(harness)
        try page.hear(try await teller.begin(after: 2, start: 5))
        let camera = try await harness.store.cameras(scope: .all, now: harness.now)[0].id
        #expect(page.snapshots == 0 && page.cursor == 5)
        #expect(page.passages == ["passage-3", "passage-4", "passage-5"])
        #expect(page.counts["\(camera)|north|leftToRight|car"] == "5")
    }

    @Test func breaksAtRandomPlacesLoseAndDoubleNothing() async throws {
        var random = SeededGenerator(seed: 20_261_121)
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        var page = Page(cursor: 0)
        var teller = teller(harness)
        try page.hear(try await teller.begin(after: 0, start: 0))
        var track = UInt64(0)
        for _ in 0..<60 {
            let count = Int.random(in: 0...4, using: &random)
            let records = (0..<count).map { _ in
                track += 1
                return makePassage(at: harness.now, track: track)
            }
            if !records.isEmpty { try await agent.deliver(records, to: harness) }
            if Int.random(in: 0..<4, using: &random) == 0 {
                teller = self.teller(harness)
                try page.hear(
                    try await teller.begin(after: page.cursor, start: try await harness.store.currentCursor()))
            } else {
                let isBeat = Int.random(in: 0..<5, using: &random) == 0
                try page.hear(try await teller.update(try await mail(harness, after: teller.cursor, isBeat: isBeat)))
            }
        }
        try page.hear(try await teller.update(try await mail(harness, after: teller.cursor)))
        let camera = try await harness.store.cameras(scope: .all, now: harness.now)[0].id
        #expect(page.counts["\(camera)|north|leftToRight|car"] == "\(track)")
        #expect(page.total == Int(track))
        #expect(page.passages == (1...track).map { "passage-\($0)" })
    }

    @Test func aPageTooFarBehindGetsASnapshot() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        for _ in 0..<2 {
            try await agent.deliver((1...300).map { makePassage(track: $0) }, to: harness)
        }
        var page = Page(cursor: 1)
        var teller = teller(harness)
        try page.hear(try await teller.begin(after: 1, start: 600))
        #expect(page.snapshots == 1 && page.cursor == 600)
        // A cursor of another store, from the future, is no place to go on from.
        var other = self.teller(harness)
        try page.hear(try await other.begin(after: 5_000, start: 600))
        #expect(page.snapshots == 2)
    }

    @Test func nobodyHearsOfOtherSites() async throws {
        let harness = try WebHarness()
        let here = try await harness.agent(site: "here")
        let elsewhere = try await harness.agent(site: "elsewhere")
        var teller = teller(harness, scope: .sites(["here"]))
        var page = Page()
        try page.hear(try await teller.begin(after: 0, start: 0))
        try await here.deliver([makePassage()], to: harness)
        try await elsewhere.deliver([makePassage(camera: "cam-9")], to: harness)
        var again = self.teller(harness, scope: .sites(["here"]))
        try page.hear(try await again.begin(after: 0, start: 2))
        #expect(page.passages == ["passage-1"])
        #expect(page.counts.values.allSatisfy { $0 == "1" })
    }

    @Test func aFullMailboxAsksForASnapshot() {
        let mailbox = LiveMailbox(cursor: 0)
        let origin = RecordOrigin(agent: 1, site: "here", camera: nil, cameraID: nil)
        func item(_ cursor: Int64) -> FeedItem {
            FeedItem(cursor: cursor, origin: origin, epoch: 1, sequence: cursor, time: testStart, body: .gap(.init()))
        }
        for cursor in 1...Int64(LiveMailbox.limit + 1) {
            mailbox.add([item(cursor)], after: cursor - 1, upTo: cursor)
        }
        let content = mailbox.take()
        #expect(content.isOverrun && content.items.isEmpty)
        // A hole in what the store tells is the same.
        mailbox.add([item(900)], after: 899, upTo: 900)
        #expect(mailbox.take().isOverrun)
        #expect(!mailbox.take().isOverrun)
    }

    @Test func oneSituationIsOneRow() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        let still = Data("still".utf8)
        try await agent.deliver([makeAlert(still: still), makeAlert(number: 2)], to: harness)
        try await agent.deliver([makeAlert(phase: .ended)], to: harness)
        let board = AlertBoard(
            newestFirst: try await harness.store.alerts(scope: .all, camera: nil, before: nil, limit: 10))
        #expect(board.rows.map(\.alert.alert) == [1, 2])
        #expect(board.rows[0].alert.phase == .ended && board.rows[0].alert.still != nil)
    }

    @Test func streamsArePlacesThatAreGivenBack() {
        let register = StreamRegister(total: 3, perUser: 2)
        var places = [register.place(for: 1), register.place(for: 1)]
        #expect(register.place(for: 1) == nil)
        places.append(register.place(for: 2))
        #expect(register.place(for: 3) == nil)
        #expect(register.count == 3)
        places.removeAll()
        #expect(register.count == 0)
    }

    @Test func theStreamEndsWithItsSession() async throws {
        let harness = try WebHarness()
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            async let answer = browser.logged(in: token).get("/live/stream", accept: "text/event-stream")
            async let _ = harness.endSession(token, whenOpen: 1)
            let text = try await answer.text
            #expect(try await answer.headers[.accelBuffering] == "no")
            #expect(text.contains("event: snapshot") && text.contains("event: ended"))
        }
        #expect(harness.site.services.streams.count == 0)
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
