public import Foundation

/// A daily period in local time, e.g. `22:00-05:00`: from the first minute up to, not including, the last.
///
/// Local time is Asia/Ho_Chi_Minh: UTC+7, without summer time since 1975. The offset is fixed here so that a rule
/// needs no time zone data and gives the same answer on every machine.
public struct Schedule: Hashable, Sendable {
    /// Seconds that local time is ahead of UTC.
    public static let localOffsetSeconds = 7 * 3600

    /// Minutes after local midnight, 0…1439.
    public let startMinute: Int
    /// Minutes after local midnight, 0…1440. Not after ``startMinute``: the period runs past midnight.
    public let endMinute: Int

    /// Reads `HH:MM-HH:MM`. Nil for other forms, for times that do not exist, and for a period without length;
    /// the whole day is `00:00-24:00`.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = Self.minute(parts[0]), let end = Self.minute(parts[1]), start < 1440,
            start != end
        else { return nil }
        startMinute = start
        endMinute = end
    }

    /// Whether a moment lies in the period.
    public func contains(_ date: Date) -> Bool {
        let local = (date.timeIntervalSince1970 + Double(Self.localOffsetSeconds)).rounded(.down)
        let second = local - 86_400 * (local / 86_400).rounded(.down)
        let minute = Int(second) / 60
        if startMinute < endMinute { return (startMinute..<endMinute).contains(minute) }
        return minute >= startMinute || minute < endMinute
    }

    private static func minute(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":") else { return nil }
        let values = [0, 1, 3, 4].map { Int(digits[$0]) - Int(UInt8(ascii: "0")) }
        guard values.allSatisfy((0...9).contains) else { return nil }
        let hours = values[0] * 10 + values[1]
        let minutes = values[2] * 10 + values[3]
        guard minutes < 60, hours < 24 || (hours == 24 && minutes == 0) else { return nil }
        return hours * 60 + minutes
    }
}

extension Schedule: CustomStringConvertible {
    /// The form of the site file.
    public var description: String { "\(Self.clock(startMinute))-\(Self.clock(endMinute))" }

    private static func clock(_ minute: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return two(minute / 60) + ":" + two(minute % 60)
    }
}
