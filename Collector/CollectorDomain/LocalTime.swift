public import Foundation

/// Lengths of time over which crossings are counted.
public enum RollupLevel: Int, CaseIterable, Hashable, Sendable {
    case minute = 0
    case hour = 1
    case day = 2

    /// Its length.
    public var microseconds: Int64 {
        switch self {
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        }
    }

    /// The beginning (UTC microseconds) of the minute, hour or day in Vietnam that holds a moment.
    public func start(of unixMicroseconds: Int64) -> Int64 {
        let local = unixMicroseconds + LocalTime.offsetMicroseconds
        let remainder = local % microseconds
        return unixMicroseconds - (remainder < 0 ? remainder + microseconds : remainder)
    }
}

/// Time in Asia/Ho_Chi_Minh: UTC+7 all year, without summer time.
public enum LocalTime {
    /// Seven hours.
    public static let offsetMicroseconds: Int64 = 7 * 3_600_000_000

    /// Reads `08:05` or `08:05:09`, as browsers send a time of day: its seconds since midnight; nil for anything else.
    public static func secondsOfDay(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?/), let hour = Int(match.1),
            let minute = Int(match.2), let second = match.3.map({ Int($0) }) ?? 0, hour < 24, minute < 60, second < 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }
}

/// A calendar day in Vietnam.
public struct LocalDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01 in local time.
    public let number: Int64

    /// Makes a day from its number.
    public init(number: Int64) { self.number = number }

    /// The day that holds a moment.
    public init(containing date: Date) {
        let local = (date.timeIntervalSince1970 + Double(LocalTime.offsetMicroseconds) / 1_000_000) / 86_400
        number = Int64(local.rounded(.down))
    }

    /// Reads `2026-11-20`; nil for anything else, or for a day that the calendar does not have.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        number = Self.number(year: year, month: month, day: day)
        guard description == text else { return nil }
    }

    /// Its first moment.
    public var start: Date { Date(timeIntervalSince1970: Double(startMicroseconds) / 1_000_000) }
    /// Its first moment in UTC microseconds.
    public var startMicroseconds: Int64 { number * 86_400_000_000 - LocalTime.offsetMicroseconds }
    /// The day after.
    public var next: LocalDay { LocalDay(number: number + 1) }
    /// The day before.
    public var previous: LocalDay { LocalDay(number: number - 1) }

    /// Earlier days come first.
    public static func < (left: LocalDay, right: LocalDay) -> Bool { left.number < right.number }

    /// `2026-11-20`.
    public var description: String {
        let (year, month, day) = civil
        return [padded(year, 4), padded(month, 2), padded(day, 2)].joined(separator: "-")
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    // The proleptic Gregorian calendar counted in years that begin in March, so that the leap day is the last one.
    private static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private var civil: (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}
