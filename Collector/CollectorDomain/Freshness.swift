import EventModel
public import Foundation

/// Whether what is known of a camera or an agent is new enough to be believed.
public enum Freshness: String, Hashable, Sendable {
    /// Heard of lately.
    case fresh
    /// Two heartbeats were missed: a page must say so.
    case stale
    /// Never heard of.
    case never

    /// Agents report every minute; two missed reports and 5 s for the way.
    public static let limit = Duration.seconds(125)

    /// Judges the age of the last report.
    ///
    /// A report from the future (a clock that was set back) is fresh.
    public init(lastReport: Date?, now: Date) {
        guard let lastReport else {
            self = .never
            return
        }
        self = now.timeIntervalSince(lastReport) > Self.limit.seconds ? .stale : .fresh
    }
}
