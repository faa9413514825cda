public import EdgeCore

/// How a ``ZoneIntrusionRule`` judges where its zone says nothing itself.
public struct ZoneIntrusionConfiguration: Hashable, Sendable {
    /// A track must be in the zone this long before the situation opens.
    public var minimumDwell: Duration = .milliseconds(500)
    /// The situation ends when the zone has been empty this long.
    public var emptyAfter: Duration = .milliseconds(1500)
    /// While it lasts it is reported again this often.
    public var updateEvery: Duration = .seconds(10)
    /// How much it matters.
    public var severity: AlertSeverity = .warning

    /// Makes the configuration for a yard at night.
    public init() {}
}
