import CollectorDomain
import CollectorStore
import Crypto
import Foundation
import GRDB
import Testing

@Suite struct AccountTests {
    let officer = NewUser(
        login: "Lan", displayName: "Chị Lan", role: .operatorRole, scope: .sites(["site-a", "site-b"]),
        passwordHash: "scrypt$1")

    @Test func aUserComesBackAsMade() async throws {
        let place = try TemporaryStore()
        let made = try await place.store.createUser(officer, now: testNow)
        let found = try #require(try await place.store.credentials(login: "LAN"))
        #expect(found.user == made && found.passwordHash == "scrypt$1" && made.login == "lan")
        await #expect { try await place.store.createUser(officer, now: testNow) } throws: { kind($0) == .refused }
        #expect(try await place.store.users() == [made])
    }

    @Test func sessionsEndByRestByAgeAndByRevocation() async throws {
        let place = try TemporaryStore()
        let user = try await place.store.createUser(officer, now: testNow)
        let token = Data((0..<32).map { UInt8($0) })
        _ = try await place.store.openSession(user: user.id, token: token, now: testNow)
        let store = place.store
        #expect(try await store.session(token: token, now: testNow + 3_599)?.user == user)
        #expect(try await store.session(token: token, now: testNow + 3_599 + 3_601) == nil)
        var now = testNow + 3_599
        while now < testNow + 43_000 {
            #expect(try await store.session(token: token, now: now) != nil)
            now += 1_800
        }
        #expect(try await store.session(token: token, now: testNow + 43_200) == nil)
        let second = Data(repeating: 9, count: 16)
        _ = try await store.openSession(user: user.id, token: second, now: testNow)
        try await store.setPassword(user: user.id, passwordHash: "scrypt$2", mustChange: false)
        #expect(try await store.session(token: second, now: testNow) == nil)
        await #expect { try await store.setDisabled(user: 99, true) } throws: { kind($0) == .notFound }
    }

    @Test func theTokenItselfIsNotStored() async throws {
        let place = try TemporaryStore()
        let user = try await place.store.createUser(officer, now: testNow)
        let token = Data("a token that must not be found".utf8)
        _ = try await place.store.openSession(user: user.id, token: token, now: testNow)
        let code = try await place.store.createEnrolmentCode(site: "site-a", user: user.id, now: testNow)
        for name in ["collector.sqlite", "collector.sqlite-wal"] {
            let bytes = try Data(contentsOf: place.directory.appendingPathComponent(name))
            #expect(bytes.range(of: token) == nil && bytes.range(of: Data(code.code.utf8)) == nil)
        }
    }

    @Test func aCodeIsGoodOnceForTenMinutes() async throws {
        let place = try TemporaryStore()
        let store = place.store
        let key = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation
        let code = try await store.createEnrolmentCode(site: "site-a", user: nil, now: testNow).code
        let typed = " \(code.lowercased().replacingOccurrences(of: "-", with: " ")) "
        let agent = try await store.enrol(code: typed, publicKey: key, name: "box", now: testNow + 599)
        #expect(agent.site == "site-a")
        #expect(try await store.enrol(code: code, publicKey: key, name: "box", now: testNow + 599).id == agent.id)
        let other = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation
        await #expect { try await store.enrol(code: code, publicKey: other, name: "", now: testNow) } throws: {
            kind($0) == .refused
        }
        let late = try await store.createEnrolmentCode(site: "site-a", user: nil, now: testNow).code
        await #expect { try await store.enrol(code: late, publicKey: other, name: "", now: testNow + 600) } throws: {
            kind($0) == .refused
        }
        try await store.revokeAgent(agent.id, now: testNow)
        let fresh = try await store.createEnrolmentCode(site: "site-a", user: nil, now: testNow).code
        await #expect { try await store.enrol(code: fresh, publicKey: key, name: "", now: testNow) } throws: {
            kind($0) == .refused
        }
    }

    @Test func failedLoginsSurviveARestart() async throws {
        let place = try TemporaryStore()
        for _ in 0..<6 { try await place.store.noteLoginFailure(login: "Lan", address: "10.0.0.7", now: testNow) }
        try place.reopen()
        let failures = try await place.store.loginFailures(login: "lan", address: "10.0.0.7")
        #expect(failures.login.count == 6 && failures.address.count == 6)
        #expect(LoginThrottle.waitUntil(login: failures.login, address: failures.address, now: testNow) == testNow + 4)
        try await place.store.clearLoginFailures(login: "LAN")
        let cleared = try await place.store.loginFailures(login: "lan", address: "10.0.0.7")
        #expect(cleared.login.count == 0 && cleared.address.count == 6)
    }

    @Test func theAuditOnlyGrows() async throws {
        let place = try TemporaryStore()
        let entry = AuditEntry(at: testNow, user: nil, address: "10.0.0.7", action: .loginFailed, subject: "lan")
        try await place.store.audit(entry)
        #expect(try await place.store.auditEntries(before: nil, limit: 10).map(\.entry) == [entry])
        let raw = try DatabaseQueue(path: place.directory.appendingPathComponent("collector.sqlite").path)
        #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: "DELETE FROM audit") } }
        #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: "UPDATE audit SET subject = ''") } }
    }

    private func kind(_ error: any Error) -> StoreError.Kind? { (error as? StoreError)?.kind }
}
