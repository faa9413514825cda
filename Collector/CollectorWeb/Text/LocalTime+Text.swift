import CollectorDomain
import EventModel
import Foundation

/// Dates and times as people in Vietnam write them, in Asia/Ho_Chi_Minh: UTC+7 without summer time.
enum LocalText {
    /// `20/11/2026 08:05:09`
    static func dateTime(_ date: Date) -> String { "\(day(LocalDay(containing: date))) \(time(date))" }

    /// `08:05:09`
    static func time(_ date: Date) -> String {
        let seconds = secondsOfDay(date)
        return [seconds / 3_600, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
    }

    /// `20/11/2026`
    static func day(_ day: LocalDay) -> String {
        day.description.split(separator: "-").reversed().joined(separator: "/")
    }

    /// The hour of the day, 0…23.
    static func hour(_ date: Date) -> Int { secondsOfDay(date) / 3_600 }

    /// RFC 3339 in UTC, for machines: `2026-11-20T01:05:09Z`.
    static func machine(_ date: Date) -> String {
        let shifted = Date(timeIntervalSince1970: date.timeIntervalSince1970 - offset)
        return "\(LocalDay(containing: shifted))T\(time(shifted))Z"
    }

    private static let offset = Double(LocalTime.offsetMicroseconds) / 1_000_000

    private static func secondsOfDay(_ date: Date) -> Int {
        let local = (date.timeIntervalSince1970 + offset).rounded(.down)
        let rest = local.truncatingRemainder(dividingBy: 86_400)
        return Int(rest < 0 ? rest + 86_400 : rest)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
