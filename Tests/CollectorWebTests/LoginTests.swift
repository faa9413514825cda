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

@Suite struct LoginTests {
    private let password = "mot mat khau dai"

    /// Loads the form and posts it, as a browser does.
    private func logIn(
        _ browser: Browser, _ login: String, _ password: String, to target: String = ""
    ) async throws -> (status: Int, location: String?, token: Data?) {
        let form = try await browser.get("/login")
        let cookie = try #require(form.cookie("ngatu_form"))
        var prepared = browser
        prepared.cookies["ngatu_form"] = cookie
        let answer = try await prepared.post(
            "/login",
            [
                "login": login, "password": password, "to": target,
                "token": Token.form(for: try #require(Token.bytes(cookie))),
            ])
        return (
            answer.status.code, answer.headers[.location],
            answer.cookie(SessionCookie.name).flatMap { Token.bytes($0) }
        )
    }

    @Test func aRightPasswordOpensASession() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            let answer = try await logIn(browser, "LAN", password, to: "/cameras?x=1")
            #expect(answer.status == 303)
            #expect(answer.location == "/cameras?x=1")
            #expect(try await browser.logged(in: answer.token).get("/live").status == .ok)
        }
    }

    @Test(arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a b"])
    func aForeignTargetIsIgnored(target: String) async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await logIn(browser, "lan", password, to: target).location == "/live")
        }
    }

    @Test func aWrongPasswordAndAnUnknownNameLookAlike() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            let wrong = try await logIn(browser, "lan", "sai")
            let unknown = try await logIn(browser, "khong-co", "sai")
            #expect(wrong.status == 403 && unknown.status == 403)
            #expect(wrong.token == nil && unknown.token == nil)
        }
        let actions = try await harness.store.auditEntries(before: nil, limit: 10).map(\.entry.action)
        #expect(actions == [.loginFailed, .loginFailed])
    }

    @Test func theSessionCookieIsHttpOnlyLaxAndSecureUnderTLS() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            let form = try await browser.get("/login")
            let cookie = try #require(form.cookie("ngatu_form"))
            var prepared = browser
            prepared.cookies["ngatu_form"] = cookie
            let fields = [
                "login": "lan", "password": password, "token": Token.form(for: try #require(Token.bytes(cookie))),
            ]
            for isSecure in [false, true] {
                let answer = try await prepared.post(
                    "/login", fields, headers: isSecure ? [.forwardedProto: "https"] : [:])
                let line = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix(SessionCookie.name) })
                #expect(line.contains("HttpOnly") && line.contains("SameSite=Lax"))
                #expect(line.contains("Secure") == isSecure)
                #expect((answer.headers[.strictTransportSecurity] != nil) == isSecure)
            }
        }
    }

    @Test func guessingIsSlowedDownEvenAfterARestart() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            for _ in 0..<LoginThrottle.freeTriesOfLogin {
                #expect(try await logIn(browser, "lan", "sai").status == 403)
            }
        }
        // A new router over the same store: what a restart is.
        try await harness.run { (browser: Browser) async throws -> Void in
            #expect(try await logIn(browser, "lan", password).status == 429)
            harness.now += 10
            #expect(try await logIn(browser, "lan", password).status == 303)
        }
    }

    @Test func aLoginFormOfAnotherBrowserIsNotTaken() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.viewer, login: "lan", password: password)
        try await harness.run { (browser: Browser) async throws -> Void in
            let answer = try await browser.post(
                "/login", ["login": "lan", "password": password, "token": Token.form(for: Data(count: 16))])
            #expect(answer.cookie(SessionCookie.name) == nil)
            #expect(answer.status == .ok)
        }
    }

    @Test func theFirstPasswordOpensNothingButItsChange() async throws {
        let harness = try WebHarness()
        _ = try await harness.person(.administrator, login: "admin", password: "mot-lan-thoi", mustChange: true)
        try await harness.run { (browser: Browser) async throws -> Void in
            let answer = try await logIn(browser, "admin", "mot-lan-thoi", to: "/agents")
            #expect(answer.location == "/password")
            let visitor = browser.logged(in: answer.token)
            #expect(try await visitor.get("/live").headers[.location] == "/password")
            let short = try await visitor.post(
                "/password", ["old": "mot-lan-thoi", "new": "ngắn", "again": "ngắn"])
            #expect(short.status == .unprocessableContent)
            let changed = try await visitor.post(
                "/password", ["old": "mot-lan-thoi", "new": "câu dài dễ nhớ", "again": "câu dài dễ nhớ"])
            #expect(changed.status == .seeOther)
            let token = try #require(changed.cookie(SessionCookie.name).flatMap { Token.bytes($0) })
            #expect(token != answer.token)
            #expect(try await browser.logged(in: token).get("/live").status == .ok)
            // The session of the old password is over, and so is the password.
            #expect(try await visitor.get("/live").headers[.location]?.hasPrefix("/login") == true)
            #expect(try await logIn(browser, "admin", "mot-lan-thoi").status == 403)
        }
    }

    @Test func sessionsEndByIdlenessByAgeByLogOutAndByDisabling() async throws {
        let harness = try WebHarness()
        let user = try await harness.person(.viewer)
        try await harness.run { (browser: Browser) async throws -> Void in
            let idle = browser.logged(in: try await harness.session(of: user))
            #expect(try await idle.get("/live").status == .ok)
            harness.now += 3_601
            #expect(try await idle.get("/live").status == .seeOther)
            let old = browser.logged(in: try await harness.session(of: user))
            for _ in 0..<14 {
                harness.now += 3_000
                _ = try await old.get("/live")
            }
            harness.now += 2_000
            #expect(try await old.get("/live").status == .seeOther)
            let left = browser.logged(in: try await harness.session(of: user))
            #expect(try await left.post("/logout").status == .seeOther)
            #expect(try await left.get("/live").status == .seeOther)
            let shut = browser.logged(in: try await harness.session(of: user))
            try await harness.store.setDisabled(user: user.id, true)
            #expect(try await shut.get("/live").status == .seeOther)
        }
    }

    @Test func aFormWithoutItsTokenOrFromAnotherSiteDoesNothing() async throws {
        let harness = try WebHarness()
        let token = try await harness.session(of: try await harness.person(.administrator))
        try await harness.run { (browser: Browser) async throws -> Void in
            let visitor = browser.logged(in: token)
            #expect(try await visitor.post("/agents/codes", ["site": "a", "token": ""]).status == .forbidden)
            #expect(try await visitor.post("/agents/codes", ["site": "a", "token": "x"]).status == .forbidden)
            let name = try #require(HTTPFieldName.fetchSite)
            let foreign = try await visitor.post("/agents/codes", ["site": "a"], headers: [name: "cross-site"])
            #expect(foreign.status == .forbidden)
        }
        #expect(try await harness.store.enrolmentCodes(limit: 5).isEmpty)
    }
}
