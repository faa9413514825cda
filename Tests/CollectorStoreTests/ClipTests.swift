import CollectorDomain
import EventModel
import Foundation
import GRDB
import Testing

@testable import CollectorStore

@Suite struct ClipTests {
    private let film = Data((0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 17) })
    private let poster = Data("a still".utf8)

    private func makeClip(
        _ sequence: UInt64, camera: String = "cam-1", alert: UInt64 = 0, request: UUID? = nil, film: Data? = nil,
        problem: String = ""
    ) -> Ngatu_V1_Record {
        var record = makeRecord(sequence, camera: camera)
        record.clip.alert = alert
        record.clip.request = request?.uuidString.lowercased() ?? ""
        record.clip.problem = problem
        if let film {
            var file = makeEvidence(film)
            file.role = .clip
            file.mediaType = "video/mp4"
            record.clip.evidence = [file, makeEvidence(poster)]
        }
        return record
    }

    private func makeUser(_ store: CollectorDatabase, login: String = "lan") async throws -> Int64 {
        let user = NewUser(login: login, displayName: "Lan", role: .viewer, scope: .all, passwordHash: "x")
        return try await store.createUser(user, now: testNow).id
    }

    private func ask(
        _ store: CollectorDatabase, camera: Int64 = 1, user: Int64, now: Date = testNow
    ) async throws -> ClipAnswer {
        let wish = ClipWish(camera: camera, from: now - 60, to: now, user: user)
        return try await store.askForClip(wish, rules: ClipRules(), now: now)
    }

    private func asked(_ answer: ClipAnswer) throws -> ClipRequest {
        guard case .asked(let request) = answer else { throw StoreError(.refused, "\(answer)") }
        return request
    }

    @Test func aRequestGoesItsWay() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makeHealth(1)]), receivedAt: testNow)
        let request = try asked(try await ask(place.store, user: try await makeUser(place.store)))
        #expect(request.cameraID.rawValue == "cam-1" && request.agent == agent.id && request.userName == "Lan")
        #expect(request.from == testNow - 60 && request.to == testNow)
        let handed = try await place.store.handOutClips(agent: agent.id, run: "r", limit: 16, now: testNow)
        #expect(handed.map(\.id) == [request.id])
        #expect(try await place.store.handOutClips(agent: agent.id, run: "r", limit: 16, now: testNow + 9).isEmpty)
        _ = try await place.store.accept(
            try agent.next([makeClip(2, request: request.id, film: film)]), receivedAt: testNow)
        var shown = try #require(try await place.store.clips(camera: 1, limit: 5).first)
        #expect(shown.request.state(now: testNow) == .delivered)
        #expect(shown.film?.byteCount == 3_000 && shown.film?.storedBytes == 0 && shown.film?.isPresent == false)
        let hash = makeEvidence(film).sha256
        _ = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 0, chunk: film.prefix(1_000), receivedAt: testNow)
        shown = try #require(try await place.store.clips(camera: 1, limit: 5).first)
        #expect(shown.film?.storedBytes == 1_000 && shown.poster == nil)
        _ = try await place.store.appendEvidence(
            sha256: hash, agent: agent.id, offset: 1_000, chunk: film.dropFirst(1_000), receivedAt: testNow)
        _ = try await place.store.appendEvidence(
            sha256: makeEvidence(poster).sha256, agent: agent.id, offset: 0, chunk: poster, receivedAt: testNow)
        shown = try #require(try await place.store.clips(camera: 1, limit: 5).first)
        #expect(shown.film?.isPresent == true && shown.film?.sha256 == hash && shown.film?.mediaType == "video/mp4")
        #expect(shown.poster == makeEvidence(poster).sha256)
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test func onlyTheCamerasOwnAgentIsToldAndBelieved() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        var other = try await TestAgent(at: place.store, site: "site-b")
        _ = try await place.store.accept(try agent.next([makeHealth(1)]), receivedAt: testNow)
        _ = try await place.store.accept(try other.next([makeHealth(1)]), receivedAt: testNow)
        let request = try asked(try await ask(place.store, user: try await makeUser(place.store)))
        #expect(try await place.store.handOutClips(agent: other.id, run: "r", limit: 16, now: testNow).isEmpty)
        // The same camera name at another agent is another camera.
        _ = try await place.store.accept(
            try other.next([makeClip(2, request: request.id, film: film)]), receivedAt: testNow)
        #expect(try await place.store.clipRequest(request.id)?.stage == .asked)
        #expect(try await place.store.handOutClips(agent: agent.id, run: "r", limit: 16, now: testNow).count == 1)
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test func whatIsNotThereSaysWhyAndWhatIsTakenBackIsNotHandedOut() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makeHealth(1)]), receivedAt: testNow)
        let user = try await makeUser(place.store)
        let first = try asked(try await ask(place.store, user: user))
        let second = try asked(try await ask(place.store, user: user))
        #expect(try await place.store.cancelClip(second.id, now: testNow))
        #expect(try await !place.store.cancelClip(second.id, now: testNow))
        let handed = try await place.store.handOutClips(agent: agent.id, run: "r", limit: 16, now: testNow)
        #expect(handed.map(\.id) == [first.id])
        _ = try await place.store.accept(
            try agent.next([makeClip(2, request: first.id, problem: "nothing of that time is recorded")]),
            receivedAt: testNow)
        let state = try await place.store.clipRequest(first.id)?.state(now: testNow)
        #expect(state == .failed("nothing of that time is recorded"))
        await #expect { try await place.store.cancelClip(UUID(), now: testNow) } throws: {
            ($0 as? StoreError)?.kind == .notFound
        }
    }

    @Test func tooManyThatWaitAreRefusedAndRevokedAgentsAreNotAsked() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let cameras = (1...3).map { makeHealth($0, camera: "cam-\($0)") }
        _ = try await place.store.accept(try agent.next(cameras), receivedAt: testNow)
        let user = try await makeUser(place.store)
        let other = try await makeUser(place.store, login: "other")
        for _ in 0..<8 { _ = try asked(try await ask(place.store, user: user)) }
        #expect(try await ask(place.store, user: other) == .refused(.cameraBusy))
        for _ in 0..<8 { _ = try asked(try await ask(place.store, camera: 2, user: user)) }
        #expect(try await ask(place.store, camera: 3, user: user) == .refused(.personBusy))
        #expect(try await place.store.handOutClips(agent: agent.id, run: "r", limit: 10, now: testNow).count == 10)
        #expect(try await place.store.handOutClips(agent: agent.id, run: "r", limit: 10, now: testNow).count == 6)
        try await place.store.revokeAgent(agent.id, now: testNow)
        #expect(try await ask(place.store, camera: 3, user: other) == .refused(.revoked))
        await #expect { try await ask(place.store, camera: 99, user: user) } throws: {
            ($0 as? StoreError)?.kind == .notFound
        }
    }

    @Test func whatAnAgentStillWorksOnCountsAndWhatIsOverDoesNot() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makeHealth(1)]), receivedAt: testNow)
        let user = try await makeUser(place.store)
        // Asked and taken back before the agent heard of it: free.
        for _ in 0..<9 {
            #expect(
                try await place.store.cancelClip(try asked(try await ask(place.store, user: user)).id, now: testNow))
        }
        var requests: [ClipRequest] = []
        for _ in 0..<8 { requests.append(try asked(try await ask(place.store, user: user))) }
        _ = try await place.store.handOutClips(agent: agent.id, run: "r", limit: 16, now: testNow)
        #expect(try await place.store.cancelClip(requests[0].id, now: testNow))
        #expect(try await ask(place.store, user: user) == .refused(.cameraBusy))
        #expect(try await place.store.handOutClips(agent: agent.id, run: "s", limit: 16, now: testNow).count == 7)
        // After a while it is over, and gives its place back.
        _ = try asked(try await ask(place.store, user: user, now: testNow + 901))
        _ = try await place.store.accept(
            try agent.next([makeClip(2, request: requests[1].id, film: film)]), receivedAt: testNow)
        #expect(try await ask(place.store, user: user, now: testNow + 901) == .refused(.cameraBusy))
        _ = try await place.store.appendEvidence(
            sha256: makeEvidence(film).sha256, agent: agent.id, offset: 0, chunk: film, receivedAt: testNow)
        _ = try asked(try await ask(place.store, user: user, now: testNow + 901))
        // A week later nothing of all this is waited for, and nothing is handed out.
        let later = testNow + 8 * 86_400
        #expect(try await place.store.handOutClips(agent: agent.id, run: "t", limit: 16, now: later).isEmpty)
        for _ in 0..<8 { _ = try asked(try await ask(place.store, user: user, now: later)) }
        #expect(try await ask(place.store, user: user, now: later) == .refused(.cameraBusy))
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test func aPersonAsksForSoManyFilmsADay() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(try agent.next([makeHealth(1)]), receivedAt: testNow)
        let user = try await makeUser(place.store)
        for _ in 0..<100 {
            #expect(
                try await place.store.cancelClip(try asked(try await ask(place.store, user: user)).id, now: testNow))
        }
        #expect(try await ask(place.store, user: user) == .refused(.personDay))
        _ = try asked(try await ask(place.store, user: user, now: testNow + 86_401))
    }

    @Test(arguments: [
        "UPDATE clipRequest SET clip = NULL", "UPDATE clipRequest SET clip = 77", "UPDATE clipRequest SET camera = 2",
        "UPDATE clipRequest SET clip = 4",
    ])
    func aRequestThatItsRecordDoesNotAnswerIsReported(change: String) async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let health = [makeHealth(1), makeHealth(2, camera: "cam-2")]
        _ = try await place.store.accept(try agent.next(health), receivedAt: testNow)
        let request = try asked(try await ask(place.store, user: try await makeUser(place.store)))
        let clips = [makeClip(3, request: request.id, film: film), makeClip(4, alert: 1, film: film)]
        _ = try await place.store.accept(try agent.next(clips), receivedAt: testNow)
        #expect(try await place.store.check().isClean)
        try await place.store.pool.write { db in try db.execute(sql: change) }
        #expect(try await place.store.check().isClean == false)
    }

    @Test func anAlertHasTheFilmThatNamesIt() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        let clips = [
            makeClip(4, alert: 1, problem: "no packets of that time are left"), makeClip(5, alert: 1, film: film),
            makeClip(6, camera: "cam-2", alert: 2, film: film), makeClip(7, alert: 1, problem: "gone"),
        ]
        _ = try await place.store.accept(
            try agent.next([makeAlert(1), makeAlert(2), makeAlert(3)] + clips), receivedAt: testNow)
        // The numbers of another epoch are others.
        agent.epoch += 1
        (agent.number, agent.head) = (0, Data(count: 32))
        _ = try await place.store.accept(try agent.next([makeAlert(1)]), receivedAt: testNow)
        let reference = FilmReference(file: EvidenceReference(sha256: makeEvidence(film).sha256, isPresent: false))
        for scope in [SiteScope.all, .sites(["site-a"])] {
            let films = try await place.store.alerts(scope: scope, camera: nil, before: nil, limit: 9).map(film(of:))
            #expect(films == [nil, nil, nil, reference])
        }
        _ = try await place.store.appendEvidence(
            sha256: makeEvidence(film).sha256, agent: agent.id, offset: 0, chunk: film, receivedAt: testNow)
        let first = try await place.store.feed(after: 0, scope: .all, limit: 1).first
        #expect(first.flatMap(film(of:))?.file?.isPresent == true)
        #expect(try await place.store.check().problems.isEmpty)
    }

    private func film(of item: FeedItem) -> FilmReference? {
        guard case .alert(let alert) = item.body else { return nil }
        return alert.film
    }

    @Test func aStoreOfVersion1IsTakenOverWithTheFilmsItHolds() async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(
            try agent.next([makeAlert(1), makeClip(2, alert: 1, film: film)]), receivedAt: testNow)
        try await place.store.pool.write { db in
            try db.execute(
                sql: "DROP TABLE clipRequest; DROP TABLE clip; DELETE FROM grdb_migrations WHERE identifier <> 'v1'")
        }
        // Exactly what the schema of version 1 makes.
        let old = try DatabaseQueue()
        try Schema.migrator.migrate(old, upTo: "v1")
        let listing = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        let expected = try await old.read { try String.fetchAll($0, sql: listing) }
        #expect(try await place.store.pool.read { try String.fetchAll($0, sql: listing) } == expected)
        try place.reopen()
        let item = try #require(try await place.store.alerts(scope: .all, camera: 1, before: nil, limit: 1).first)
        #expect(film(of: item)?.file?.sha256 == makeEvidence(film).sha256)
        _ = try asked(try await ask(place.store, user: try await makeUser(place.store)))
        #expect(try await place.store.check().problems.isEmpty)
    }

    @Test(arguments: [
        "UPDATE clip SET alert = 9", "UPDATE clip SET film = NULL", "DELETE FROM clip", "UPDATE clip SET problem = 'x'",
        "UPDATE clip SET request = 7", "INSERT INTO clip VALUES (77, 1, 1, 1, '', NULL, '')",
    ])
    func aChangedRowIsReported(change: String) async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        _ = try await place.store.accept(
            try agent.next([makeAlert(1), makeClip(2, alert: 1, film: film)]), receivedAt: testNow)
        #expect(try await place.store.check().isClean)
        try await place.store.pool.write { db in try db.execute(sql: change) }
        #expect(try await place.store.check().isClean == false)
    }
}
