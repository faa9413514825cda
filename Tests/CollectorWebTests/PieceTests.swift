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

@Suite struct PieceTests {
    @Test func onlyTrustedProxiesAreBelieved() throws {
        let proxies = try TrustedProxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])
        func client(_ peer: String, _ forwarded: [String], _ proto: String? = nil) -> Client {
            proxies.client(peer: peer, forwardedFor: forwarded, forwardedProto: proto, servesTLS: false)
        }
        #expect(client("127.0.0.1", []).isLoopback)
        #expect(client("::1", []).isLoopback)
        #expect(!client("192.0.2.1", []).isLoopback)
        #expect(
            client("127.0.0.1", ["203.0.113.7"]) == Client(address: "203.0.113.7", isLoopback: false, isSecure: false))
        // What a stranger wrote stands to the left of what the proxies wrote.
        #expect(client("10.1.1.1", ["127.0.0.1, 203.0.113.7, 10.2.2.2"]).address == "203.0.113.7")
        #expect(client("192.0.2.1", ["127.0.0.1"]).address == "192.0.2.1")
        #expect(client("10.1.1.1", ["203.0.113.7"], "https").isSecure)
        #expect(!client("192.0.2.1", [], "https").isSecure)
        #expect(client("::ffff:10.1.1.1", ["203.0.113.7"]).address == "203.0.113.7")
        #expect(client("10.1.1.1", ["<script>"]).address == "10.1.1.1")
        // An unknown proxy on this machine does not make strangers local.
        let none = try TrustedProxies([])
        let hidden = none.client(
            peer: "127.0.0.1", forwardedFor: ["203.0.113.7"], forwardedProto: nil, servesTLS: false)
        #expect(!hidden.isLoopback)
        #expect(throws: SetupError.self) { try TrustedProxies(["10.0.0.0/33"]) }
    }

    @Test func aBucketFillsAgain() {
        let limiter = RateLimiter(RateLimit(perSecond: 2, burst: 3))
        let start = Date(timeIntervalSince1970: 0)
        #expect((0..<3).allSatisfy { _ in limiter.take("a", now: start) == nil })
        #expect(limiter.take("a", now: start) == 1)
        #expect(limiter.take("b", now: start) == nil)
        #expect(limiter.take("a", now: start + 0.5) == nil)
        #expect(limiter.take("a", now: start + 0.5) == 1)
        // A clock set back gives nothing away and breaks nothing.
        #expect(limiter.take("a", now: start - 86_400) == 1)
    }

    @Test func timesAreThoseOfVietnam() {
        let moment = Date(timeIntervalSince1970: 1_795_197_599)  // 2026-11-20T17:59:59Z
        #expect(LocalText.dateTime(moment + 43_200) == "21/11/2026 12:59:59")
        #expect(LocalText.machine(moment) == "2026-11-20T17:59:59Z")
        #expect(LocalText.dateTime(moment) == "21/11/2026 00:59:59")
        #expect(LocalText.hour(moment) == 0)
        #expect(LocalText.dateTime(Date(timeIntervalSince1970: -25_201)) == "31/12/1969 23:59:59")
    }

    @Test func numbersAreWrittenAsPeopleReadThem() {
        #expect(NumberText.count(1_234_567, .vietnamese) == "1.234.567")
        #expect(NumberText.count(1_234, .english) == "1,234")
        #expect(NumberText.count(-12, .vietnamese) == "-12")
        #expect(NumberText.decimal(-0.25, .vietnamese) == "-0,3")
        #expect(NumberText.decimal(.infinity, .vietnamese) == "—")
        #expect(NumberText.bytes(.max, .english) == "18.4 EB")
    }

    @Test func aPasswordFitsOnlyItsOwnHash() throws {
        let hash = try PasswordHash(password: "cầu Rồng", cost: .test)
        let stored = try #require(PasswordHash(hash.text))
        #expect(try stored.matches("cầu Rồng"))
        // The same letters in decomposed Unicode.
        #expect(try stored.matches("cầu Rồng".decomposedStringWithCanonicalMapping))
        #expect(try !stored.matches("cau Rong"))
        #expect(try PasswordHash(password: "cầu Rồng", cost: .test).text != hash.text)
        for bad in ["", "scrypt", "scrypt$30$8$1$AA==$AA==", "md5$1$1$1$AA==$AA==", "scrypt$4$1$1$%$%"] {
            #expect(PasswordHash(bad) == nil)
        }
    }

    @Test func formsAreReadWithoutTrust() {
        let form = FormBody(Data("a=1&b=%C3%A1+x&a=2&broken=%ZZ&empty=&noValue".utf8))
        #expect(form["a"] == "1" && form["b"] == "á x" && form["broken"].isEmpty && form["empty"].isEmpty)
        #expect(FormBody(Data([0xff, 0xfe, 0x3d]))["x"].isEmpty)
    }

    @Test func newPasswordsMustBeGood() {
        #expect(PasswordRule.complaint(about: "câu dài dễ nhớ", old: "x", login: "lan") == nil)
        #expect(PasswordRule.complaint(about: "ngắn", old: "x", login: "lan") == "password_too_short")
        #expect(PasswordRule.complaint(about: "aaaaaaaaaaaaaa", old: "x", login: "lan") == "password_too_plain")
        #expect(PasswordRule.complaint(about: "quantri-12345678", old: "", login: "Quantri") == "password_has_login")
    }
}
