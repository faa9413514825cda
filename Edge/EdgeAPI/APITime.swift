import Foundation

/// Times in requests and answers: ISO 8601, UTC with `Z` or with an offset.
enum APITime {
    /// E.g. `2026-11-20T01:00:00.000Z`.
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// E.g. `20261120T010000Z`, for file names.
    static func fileName(_ date: Date) -> String {
        date.ISO8601Format(.iso8601(timeZone: .gmt, dateSeparator: .omitted, timeSeparator: .omitted)) + "Z"
    }

    /// Nil for anything that is not a time with its zone, 30 February included.
    static func parse(_ text: String) -> Date? {
        let shape = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})/
        guard let match = text.wholeMatch(of: shape), let date = try? Date.ISO8601FormatStyle().parse(text),
            // Foundation takes the 30th of February for the 2nd of March: what is written again must be the same.
            let local = try? Date.ISO8601FormatStyle().parse(match.1 + "Z"),
            local.formatted(Date.ISO8601FormatStyle()) == match.1 + "Z",
            (years.lowerBound...years.upperBound).contains(date)
        else { return nil }
        return date
    }

    /// 2000 to 2100.
    private static let years = Date(timeIntervalSince1970: 946_684_800)...Date(timeIntervalSince1970: 4_102_444_800)
}

/// A span of time that is asked for.
struct TimeSpan: Hashable, Sendable {
    var from: Date
    var to: Date

    init(from: Date, to: Date) { (self.from, self.to) = (from, to) }

    /// - Parameter longest: as far as one request reaches.
    /// - Throws: ``APIError`` `malformed`.
    init(from: String?, to: String?, longest: Duration, now: Date) throws(APIError) {
        self.from = try Self.time("from", from)
        self.to = try Self.time("to", to)
        guard self.from < self.to else { throw APIError(.malformed, "'from' must be before 'to'") }
        let seconds = longest / .seconds(1)
        guard self.to.timeIntervalSince(self.from) <= seconds else {
            throw APIError(.malformed, "one request takes at most \(Int(seconds / 60)) minutes; ask piece by piece")
        }
        guard self.from <= now else {
            throw APIError(.malformed, "'from' lies in the future; it is \(APITime.text(now)) by the agent's clock")
        }
    }

    private static func time(_ name: String, _ text: String?) throws(APIError) -> Date {
        guard let text, let date = APITime.parse(text) else {
            throw APIError(
                .malformed, "'\(name)' must be a time such as 2026-11-20T01:00:00Z or 2026-11-20T08:00:00%2B07:00")
        }
        return date
    }
}
