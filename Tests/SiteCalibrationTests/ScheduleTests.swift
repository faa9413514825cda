import Foundation
import SiteCalibration
import Testing

@Suite struct ScheduleTests {
    /// A moment of 2026-11-20 in Vietnam.
    private func localTime(_ hour: Int, _ minute: Int, _ second: Int = 0) -> Date {
        // 2026-11-19 17:00 UTC is 2026-11-20 00:00 in Vietnam.
        Date(timeIntervalSince1970: 1_795_107_600 + Double(hour * 3600 + minute * 60 + second))
    }

    @Test(arguments: [
        ("22:00-05:00", 22, 0, true), ("22:00-05:00", 21, 59, false), ("22:00-05:00", 0, 0, true),
        ("22:00-05:00", 4, 59, true), ("22:00-05:00", 5, 0, false), ("06:00-09:00", 6, 0, true),
        ("06:00-09:00", 8, 59, true), ("06:00-09:00", 9, 0, false), ("00:00-24:00", 23, 59, true),
        ("00:00-24:00", 0, 0, true), ("23:00-24:00", 0, 0, false), ("18:00-00:00", 23, 59, true),
    ])
    func aPeriodHoldsItsFirstMinuteAndNotItsLast(text: String, hour: Int, minute: Int, isInside: Bool) throws {
        let schedule = try #require(Schedule(text))
        #expect(schedule.contains(localTime(hour, minute)) == isInside)
    }

    @Test func secondsAndTimesBefore1970AreUnderstood() throws {
        let schedule = try #require(Schedule("22:00-05:00"))
        #expect(schedule.contains(localTime(4, 59, 59)))
        #expect(!schedule.contains(Date(timeIntervalSince1970: -3_600)))  // 06:00 in Vietnam
        #expect(schedule.contains(Date(timeIntervalSince1970: -3_600 - 3_601)))  // 04:59:59
    }

    @Test(arguments: [
        "", "22:00", "22-05", "24:00-05:00", "05:00-05:00", "22:60-05:00", "22:00-25:00", "22:00–05:00",
        "2:00-05:00", "22:00-05:00 ", "-22:00-05:00", "aa:bb-cc:dd", "22:00-05:00-07:00",
    ])
    func otherFormsAreRefused(text: String) {
        #expect(Schedule(text) == nil)
    }

    @Test func itPrintsAsItIsWritten() throws {
        #expect(try #require(Schedule("22:05-05:00")).description == "22:05-05:00")
    }
}
