import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
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

/// Films: asked for by people, handed to agents, shown when they are here.
@Suite struct FilmTests {
    private let film = Data((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    private func makeClip(request: String = "", alert: UInt64 = 0, film: Data?, problem: String = "") -> Ngatu_V1_Record
    {
        var record = makeCameraHealth()
        record.clip = Ngatu_V1_Clip()
        record.clip.request = request
        record.clip.alert = alert
        record.clip.problem = problem
        if let film {
            var file = makeEvidence(film)
            file.role = .clip
            file.mediaType = "video/mp4"
            record.clip.evidence = [file]
        }
        return record
    }

    /// The form for the last minute before a moment.
    private func form(_ end: Date, seconds: Int = 60) -> [String: String] {
        let begin = end.addingTimeInterval(-Double(seconds))
        return [
            "date": LocalDay(containing: begin).description, "time": LocalText.time(begin), "seconds": "\(seconds)",
        ]
    }

    private func poll(
        _ browser: Browser, _ agent: TestAgent, run: String = "run-1", signed: String? = nil
    ) async throws -> (status: HTTPResponse.Status, clips: [WantedClip]) {
        let header = try RequestSignature.header(
            method: "GET", path: WantedClips.path, fields: [signed ?? run], key: agent.key)
        let answer = try await browser.get(
            "\(WantedClips.path)?run=\(run)", accept: "*/*", headers: [.authorization: header])
        guard answer.status == .ok else { return (answer.status, []) }
        #expect(answer.headers[.collectorMark] != nil)
        return (.ok, try JSONDecoder().decode(WantedClips.self, from: answer.data).clips)
    }

    private func arrive(_ bytes: Data, from agent: TestAgent, at harness: WebHarness) async throws {
        _ = try await harness.store.appendEvidence(
            sha256: Data(SHA256.hash(data: bytes)), agent: agent.id, offset: 0, chunk: bytes, receivedAt: harness.now)
    }

    @Test func aFilmIsAskedForHandedOutAndShown() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .milliseconds(20) }
        let agent = try await harness.agent(site: "here")
        let other = try await harness.agent(site: "elsewhere")
        try await agent.deliver([makeCameraHealth()], to: harness)
        try await other.deliver([makeCameraHealth()], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer, scope: .sites(["here"])))
        try await harness.run { (browser: Browser) async throws -> Void in
            let viewer = browser.logged(in: token)
            let asked = try await viewer.post("/cameras/1/films", form(harness.now))
            #expect(asked.status == .seeOther && asked.headers[.location] == "/cameras/1#films")
            #expect(try await viewer.get("/cameras/1").text.contains("film_state") == false)
            #expect(try await viewer.get("/cameras/1").text.contains("chờ thiết bị biên hỏi"))
            #expect(try await poll(browser, other).clips.isEmpty)
            let wanted = try await poll(browser, agent).clips
            let wish = try #require(wanted.first)
            #expect(wanted.count == 1 && wish.camera == "cam-1" && wish.toMicros - wish.fromMicros == 60_000_000)
            #expect(wish.toMicros == harness.now.unixMicroseconds)
            #expect(try await poll(browser, agent).clips.isEmpty)
            #expect(try await poll(browser, agent, run: "run-2").clips == wanted)
            try await agent.deliver([makeClip(request: wish.id, film: film)], to: harness)
            #expect(try await poll(browser, agent, run: "run-3").clips.isEmpty)
            let list = try await viewer.get("/cameras/1/films?part=1").text
            #expect(list.contains("data-waiting") && list.contains("đã về 0 B trên 5,0 KB"))
            try await arrive(film, from: agent, at: harness)
            let ready = try await viewer.get("/cameras/1/films?part=1").text
            #expect(!ready.contains("data-waiting") && ready.contains("<video") && ready.contains(hash(film)))
            #expect(try await viewer.get("/cameras/1").text.contains(hash(film)))
        }
        let audit = try await harness.store.auditEntries(before: nil, limit: 20).map(\.entry)
        #expect(audit.contains { $0.action == .clipAsked && $0.user != nil })
    }

    @Test func anAgentThatWaitsIsToldAtOnce() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .seconds(60) }
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeCameraHealth()], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            async let told = poll(browser, agent)
            while harness.site.services.clipWaiting.count < 1 { try await Task.sleep(for: .milliseconds(2)) }
            _ = try await browser.logged(in: token).post("/cameras/1/films", form(harness.now))
            #expect(try await told.clips.count == 1)
        }
        #expect(harness.site.services.clipWaiting.count == 0)
    }

    @Test func anAgentWaitsAtMostTwice() throws {
        let waiting = ClipWaiting(total: 3)
        var places = (0..<2).map { _ in waiting.enter(1) }
        guard case .tooMany = waiting.enter(1) else { Issue.record("a third place"); return }
        places.append(waiting.enter(2))
        guard case .full = waiting.enter(3) else { Issue.record("a fourth place"); return }
        places = []
        #expect(waiting.count == 0)
        guard case .place = waiting.enter(3) else { Issue.record("no place"); return }
    }

    @Test func strangersAndOddRunsAreRefused() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .milliseconds(5) }
        let agent = try await harness.agent(site: "here")
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await poll(browser, agent, run: "").status == .badRequest)
            #expect(try await poll(browser, agent, run: "a%2Fb").status == .badRequest)
            #expect(try await poll(browser, agent, run: "a", signed: "b").status == .unauthorized)
            #expect(try await browser.get("\(WantedClips.path)?run=a").status == .unauthorized)
            try await harness.store.revokeAgent(agent.id, now: harness.now)
            #expect(try await poll(browser, agent).status == .unauthorized)
        }
    }

    @Test func aWishThatCannotBeIsExplained() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeCameraHealth()], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            let viewer = browser.logged(in: token)
            #expect(try await viewer.get("/cameras/1/films").status == .seeOther)
            let reloaded = try await viewer.get("/cameras/1/films?part=1", headers: [.fetchDestination: "document"])
            #expect(reloaded.status == .seeOther)
            let future = try await viewer.post("/cameras/1/films", form(harness.now + 5))
            #expect(future.status == .unprocessableContent && future.text.contains("chưa qua"))
            #expect(future.text.contains("href=\"/cameras/1?day=") && !future.text.contains("href=\"?"))
            #expect(
                future.text.contains("action=\"/cameras/1\"")
                    && future.text.contains("action=\"/cameras/1/films#films\""))
            let long = try await viewer.post("/cameras/1/films", form(harness.now, seconds: 121))
            #expect(long.status == .unprocessableContent && long.text.contains("10 giây đến 2 phút"))
            let none = try await viewer.post("/cameras/1/films", ["date": "2026-02-30", "time": "x", "seconds": "60"])
            #expect(none.status == .unprocessableContent && none.text.contains("2026-02-30"))
            let foreign = try await viewer.post(
                "/cameras/1/films", form(harness.now).merging(["token": "false"]) { $1 })
            #expect(foreign.status == .forbidden)
        }
        #expect(try await harness.store.clips(camera: 1, limit: 5).isEmpty)
    }

    @Test func aFilmIsTakenBackWhileItWaits() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .milliseconds(5) }
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeCameraHealth(), makeCameraHealth(camera: "cam-2")], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        let other = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            let viewer = browser.logged(in: token)
            _ = try await viewer.post("/cameras/1/films", form(harness.now))
            let page = try await viewer.get("/cameras/1/films?part=1").text
            let address = try #require(page.firstMatch(of: /action="([^"]*\/cancel)"/)).1
            let stranger = browser.logged(in: other)
            #expect(try await !stranger.get("/cameras/1/films?part=1").text.contains("/cancel"))
            #expect(try await stranger.post(String(address)).status == .forbidden)
            #expect(try await viewer.get("/cameras/2").status == .ok)
            #expect(try await viewer.post("/cameras/2\(address.dropFirst("/cameras/1".count))").status == .notFound)
            #expect(try await viewer.post(String(address)).status == .seeOther)
            #expect(try await viewer.get("/cameras/1/films?part=1").text.contains("Đã hủy"))
            #expect(try await poll(browser, agent).clips.isEmpty)
        }
        let audit = try await harness.store.auditEntries(before: nil, limit: 20).map(\.entry)
        #expect(audit.filter { $0.action == .clipCancelled }.count == 1)
    }

    @Test func whatIsNotThereSaysWhyInTheLanguageOfThePage() async throws {
        let harness = try WebHarness { $0.limits.clipPoll = .milliseconds(5) }
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeCameraHealth()], to: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            var viewer = browser.logged(in: token)
            _ = try await viewer.post("/cameras/1/films", form(harness.now))
            let wish = try #require(try await poll(browser, agent).clips.first)
            let problem = "nothing of that time is recorded"
            try await agent.deliver([makeClip(request: wish.id, film: nil, problem: problem)], to: harness)
            #expect(
                try await viewer.get("/cameras/1/films?part=1").text.contains("Không có gì được ghi lại vào lúc đó."))
            viewer.cookies = ["ngatu_language": "en"]
            #expect(try await viewer.get("/cameras/1/films?part=1").text.contains("Nothing of that time is recorded."))
        }
    }

    @Test func aBrowserSeeksInAFilm() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeClip(alert: 1, film: film)], to: harness)
        try await arrive(film, from: agent, at: harness)
        let token = try await harness.session(of: try await harness.person(.viewer, scope: .sites(["here"])))
        let path = "/v1/evidence/\(hash(film))"
        try await harness.run { (browser: Browser) async throws -> Void in
            let viewer = browser.logged(in: token)
            let whole = try await viewer.get(path, headers: [.range: "bytes=0-"])
            #expect(whole.status == .partialContent && whole.data == film)
            #expect(whole.headers[.contentRange] == "bytes 0-4999/5000" && whole.headers[.acceptRanges] == "bytes")
            #expect(whole.headers[.contentType] == "video/mp4")
            let middle = try await viewer.get(path, headers: [.range: "bytes=1000-1999"])
            #expect(middle.data == film[1_000..<2_000] && middle.headers[.contentRange] == "bytes 1000-1999/5000")
            let tail = try await viewer.get(path, headers: [.range: "bytes=-10"])
            #expect(tail.data == film.suffix(10))
            let beyond = try await viewer.get(path, headers: [.range: "bytes=5000-"])
            #expect(beyond.status == .rangeNotSatisfiable && beyond.headers[.contentRange] == "bytes */5000")
            let changed = try await viewer.get(path, headers: [.range: "bytes=1-2", .ifRange: "\"another\""])
            #expect(changed.status == .ok && changed.data == film)
            let download = try await viewer.get("\(path)?download=1")
            #expect(download.headers[.contentDisposition] == "attachment" && download.data == film)
            #expect(try await browser.get(path, headers: [.range: "bytes=0-1"]).status == .unauthorized)
        }
        // Three pieces of one look, one whole file, one download.
        let audit = try await harness.store.auditEntries(before: nil, limit: 20).map(\.entry)
        #expect(audit.filter { $0.action == .evidenceViewed }.count == 2)
        #expect(audit.filter { $0.action == .evidenceDownloaded }.count == 1)
    }

    @Test func aDownloadAfterAPlayIsWrittenDownAndSoIsALookOfALaterSession() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeClip(alert: 1, film: film)], to: harness)
        try await arrive(film, from: agent, at: harness)
        let person = try await harness.person(.viewer)
        let path = "/v1/evidence/\(hash(film))"
        let token = try await harness.session(of: person)
        try await harness.run { (browser: Browser) async throws -> Void in
            for address in [path, path, path + "?download=1", path + "?download=1"] {
                _ = try await browser.logged(in: token).get(address, headers: [.range: "bytes=0-9"])
            }
        }
        try await harness.store.closeSession(token: token)
        harness.now += 1
        let later = try await harness.session(of: person)
        try await harness.run { (browser: Browser) async throws -> Void in
            _ = try await browser.logged(in: later).get(path, headers: [.range: "bytes=0-9"])
        }
        let audit = try await harness.store.auditEntries(before: nil, limit: 20).map(\.entry.action)
        #expect(audit.filter { $0 == .evidenceViewed }.count == 2)
        #expect(audit.filter { $0 == .evidenceDownloaded }.count == 1)
    }

    @Test func wordsOfTheAgentAreForStaffAlone() async throws {
        let strings = try WebHarness().site.services.pages.tables[.vietnamese]
        let words = "disk I/O error at /var/lib/ngatu"
        #expect(FilmViews.reason(words, strings, isStaff: false) == strings("film_reason_other"))
        #expect(FilmViews.reason(words, strings, isStaff: true).contains(words))
    }

    @Test func aFileThatIsShorterThanItsRecordIsAnError() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("film-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try film.write(to: file)
        _ = try FileBody(file, range: 0..<5_000)
        #expect(throws: StoreError.self) { try FileBody(file, range: 0..<5_001) }
    }

    @Test func largeFilesOnTheirWayAreBounded() async throws {
        let harness = try WebHarness { $0.limits.filmsPerUser = 0 }
        let agent = try await harness.agent(site: "here")
        let large = Data(repeating: 7, count: 256 << 10)
        try await agent.deliver([makeClip(alert: 1, film: large)], to: harness)
        try await arrive(large, from: agent, at: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        let path = "/v1/evidence/\(hash(large))"
        try await harness.run { (browser: Browser) async throws -> Void in
            let viewer = browser.logged(in: token)
            #expect(try await viewer.get(path).status == .tooManyRequests)
            #expect(try await viewer.get(path, headers: [.range: "bytes=0-99"]).data.count == 100)
        }
    }

    @Test func aLargeFileGivesItsPlaceBack() async throws {
        let harness = try WebHarness { $0.limits.filmsPerUser = 1 }
        let agent = try await harness.agent(site: "here")
        let large = Data((0..<(700 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 13) })
        try await agent.deliver([makeClip(alert: 1, film: large)], to: harness)
        try await arrive(large, from: agent, at: harness)
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            for _ in 0..<3 {
                let answer = try await browser.logged(in: token).get("/v1/evidence/\(hash(large))")
                #expect(answer.status == .ok && answer.data == large)
            }
        }
    }

    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-", .part(0..<100)), ("bytes=0-0", .part(0..<1)), ("bytes=90-500", .part(90..<100)),
            ("bytes=-5", .part(95..<100)), ("bytes=-500", .part(0..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=-", .whole), ("bytes=0-1,5-6", .whole),
            ("items=0-1", .whole), ("bytes=a-b", .whole), ("bytes=9999999999999999999-", .whole), ("", .whole),
            ("bytes=0-999999999999999999", .part(0..<100)),
        ] as [(String?, ByteRange)])
    func aRangeIsRead(header: String?, expected: ByteRange) {
        #expect(ByteRange(header, byteCount: 100) == expected)
    }

    @Test func aLivePageIsToldOfTheFilmOfAnAlert() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeAlert(number: 7)], to: harness)
        var teller = LiveTeller(
            services: harness.site.services, scope: .all, strings: harness.site.services.pages.tables[.vietnamese])
        _ = try await teller.begin(after: nil, start: try await harness.store.currentCursor())
        let before = try await harness.store.currentCursor()
        try await agent.deliver([makeClip(alert: 7, film: film), makeClip(alert: 8, film: film)], to: harness)
        var content = LiveMailbox.Content(cursor: before + 2)
        content.items = try await harness.store.feed(after: before, scope: .all, limit: 5)
        let coming = try #require(try await teller.update(content).first).text
        #expect(coming.contains("alert-1-1-1-7") && coming.contains("Video đang được gửi về"))
        #expect(!coming.contains("alert-1-1-1-8"))
        content = LiveMailbox.Content(cursor: before + 2)
        content.evidence = [Data(SHA256.hash(data: film))]
        let here = try #require(try await teller.update(content).first).text
        #expect(here.contains("data-film=") && here.contains(hash(film)))
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await arrive(film, from: agent, at: harness)
        try await harness.run { (browser: Browser) async throws -> Void in
            for path in ["/live", "/cameras/1"] {
                let page = try await browser.logged(in: token).get(path).text
                #expect(page.contains("data-film=\"\(hash(film))\""), "\(path)")
            }
        }
    }

    /// A file comes while no stream is open: no record tells of it, the page that comes back is told all the same.
    @Test func aPageThatComesBackIsToldOfFilmsThatCameMeanwhile() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeAlert(number: 7), makeClip(alert: 7, film: film)], to: harness)
        let seen = try await harness.store.currentCursor()
        try await arrive(film, from: agent, at: harness)
        try await agent.deliver([makeClip(alert: 7, film: film)], to: harness)
        var teller = LiveTeller(
            services: harness.site.services, scope: .all, strings: harness.site.services.pages.tables[.vietnamese])
        let start = try await harness.store.currentCursor()
        let told = try #require(try await teller.begin(after: seen, start: start).first).text
        #expect(told.contains("data-film=") && told.contains(hash(film)) && !told.contains("đang được gửi về"))
    }

    @Test func aLaterRecordHidesNoFilmThatIsHere() async throws {
        let harness = try WebHarness()
        let agent = try await harness.agent(site: "here")
        try await agent.deliver([makeClip(alert: 6, film: film), makeAlert(number: 7)], to: harness)
        try await arrive(film, from: agent, at: harness)
        var teller = LiveTeller(
            services: harness.site.services, scope: .all, strings: harness.site.services.pages.tables[.vietnamese])
        _ = try await teller.begin(after: nil, start: try await harness.store.currentCursor())
        for clip in [makeClip(alert: 7, film: film), makeClip(alert: 7, film: nil, problem: "gone")] {
            let before = try await harness.store.currentCursor()
            try await agent.deliver([clip], to: harness)
            var content = LiveMailbox.Content(cursor: before + 1)
            content.items = try await harness.store.feed(after: before, scope: .all, limit: 5)
            let told = try #require(try await teller.update(content).first).text
            #expect(told.contains("data-film=") && told.contains(hash(film)))
        }
        let token = try await harness.session(of: try await harness.person(.viewer))
        try await harness.run { (browser: Browser) async throws -> Void in
            let page = try await browser.logged(in: token).get("/live").text
            #expect(page.contains("data-film=\"\(hash(film))\""))
        }
    }
}
