import CollectorDomain
import Foundation
import Testing

@Suite struct RulesOfTimeTests {
    let now = Date(timeIntervalSince1970: 1_795_136_400)

    @Test func aDayBeginsAtSeventeenHoursUTC() {
        // 2026-11-20 08:00 in Vietnam is 01:00 UTC.
        #expect(LocalDay(containing: now).description == "2026-11-20")
        #expect(LocalDay(containing: now + 16 * 3_600 - 1).description == "2026-11-20")
        #expect(LocalDay(containing: now + 16 * 3_600).description == "2026-11-21")
        #expect(RollupLevel.day.start(of: 1_795_136_400_000_000) == LocalDay("2026-11-20")?.startMicroseconds)
        #expect(RollupLevel.hour.start(of: 1_795_136_400_000_001) == 1_795_136_400_000_000)
        #expect(RollupLevel.minute.start(of: 1_795_136_459_999_999) == 1_795_136_400_000_000)
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-1-01", "2026-11-20 ", "", "x", "2026-11--1"])
    func whatIsNoDayIsRefused(text: String) { #expect(LocalDay(text) == nil) }

    @Test func daysAgreeWithTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 7 * 3_600))
        for number in stride(from: Int64(-1_000), to: 60_000, by: 37) {
            let day = LocalDay(number: number)
            let parts = calendar.dateComponents([.year, .month, .day], from: day.start)
            let text = [parts.year ?? 0, parts.month ?? 0, parts.day ?? 0].map { $0 < 10 ? "0\($0)" : "\($0)" }
            #expect(day.description == text.joined(separator: "-"))
            #expect(LocalDay(day.description) == day && LocalDay(containing: day.start) == day)
        }
    }

    @Test func twoMissedHeartbeatsAreStale() {
        #expect(Freshness(lastReport: nil, now: now) == .never)
        #expect(Freshness(lastReport: now - 125, now: now) == .fresh)
        #expect(Freshness(lastReport: now - 126, now: now) == .stale)
        #expect(Freshness(lastReport: now + 86_400, now: now) == .fresh)
    }

    @Test func waitsDoubleFromTheFifthFailureAndNeverLock() {
        var failures = LoginFailures()
        var waits: [Double] = []
        for _ in 0..<18 {
            failures = LoginThrottle.failed(failures, now: now)
            let until = LoginThrottle.waitUntil(login: failures, address: LoginFailures(), now: now)
            waits.append(until?.timeIntervalSince(now) ?? 0)
        }
        #expect(waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900])
        #expect(LoginThrottle.waitUntil(login: failures, address: LoginFailures(), now: now + 900) == nil)
        #expect(LoginThrottle.failed(failures, now: now + 86_400).count == 1)
        let setBack = LoginThrottle.waitUntil(login: failures, address: LoginFailures(), now: now - 86_400)
        #expect(setBack == now - 86_400 + 900)
    }

    @Test func anAddressHasMoreFreeTries() {
        let nineteen = LoginFailures(count: 19, lastAt: now)
        #expect(LoginThrottle.waitUntil(login: LoginFailures(), address: nineteen, now: now) == nil)
        let next = LoginThrottle.failed(nineteen, now: now)
        #expect(LoginThrottle.waitUntil(login: LoginFailures(), address: next, now: now) == now + 2)
    }

    @Test func codesHaveNoLookAlikesAndReadBackAsTyped() {
        var generator = SeededGenerator(seed: 4)
        let codes = (0..<500).map { _ in EnrolmentCode.make(using: &generator) }
        #expect(Set(codes).count == 500)
        for code in codes {
            #expect(code.count == 14 && code.allSatisfy { $0 == "-" || EnrolmentCode.alphabet.contains($0) })
            let typed = code.lowercased().replacing("-", with: " ")
            #expect(EnrolmentCode.normalized(typed) == code.filter { $0 != "-" })
        }
        #expect(EnrolmentCode.alphabet.allSatisfy { !"01ILO".contains($0) })
    }
}
