public import EdgeCore

/// How a ``CrowdRule`` judges where its zone says nothing itself.
public struct CrowdConfiguration: Hashable, Sendable {
    /// The zone must hold too many for this long, in two looks at least, before the situation opens.
    public var minimumDwell: Duration = .seconds(5)
    /// The situation ends when the zone has not held too many for this long, in two looks at least.
    public var clearAfter: Duration = .seconds(30)
    /// While it lasts it is reported again this often.
    public var updateEvery: Duration = .seconds(60)
    /// How much it matters.
    public var severity: AlertSeverity = .warning

    /// Makes the configuration for a square or a gate.
    public init() {}
}
