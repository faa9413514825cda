public import EdgeCore
public import SiteCalibration

/// How the rules of a camera judge.
public struct RuleConfiguration: Hashable, Sendable {
    /// Counting lines.
    public var lineCrossing = LineCrossingConfiguration()
    /// Intrusion zones.
    public var zoneIntrusion = ZoneIntrusionConfiguration()
    /// Crowd zones.
    public var crowd = CrowdConfiguration()

    /// Makes the defaults.
    public init() {}
}

/// All rules of one camera, evaluated in the order of its site file: lines first, then zones.
///
/// Situations are numbered here, so that their numbers are unique among all rules of the camera.
public struct RuleSet: Rule {
    private struct Source: Hashable, Sendable {
        var rule: Int
        var number: UInt64
    }

    private var rules: [any Rule]
    private var numbers: [Source: UInt64] = [:]
    /// The number that the next situation gets.
    public private(set) var nextSituation: UInt64

    /// Builds the rules of a site in pixels of the stream. Kinds of lines and zones that no rule knows are left alone.
    ///
    /// - Parameter firstSituation: where the numbers of situations begin, 1 or more.
    public init(site: Site, configuration: RuleConfiguration = RuleConfiguration(), firstSituation: UInt64 = 1) {
        rules = site.countingLines.map { LineCrossingRule(line: $0, configuration: configuration.lineCrossing) }
        rules += site.zones(.intrusion).map { ZoneIntrusionRule(zone: $0, configuration: configuration.zoneIntrusion) }
        rules += site.zones(.crowd).compactMap { CrowdRule(zone: $0, configuration: configuration.crowd) }
        nextSituation = firstSituation
    }

    /// Judges one scene.
    public mutating func evaluate(_ scene: Scene) -> [Finding] {
        var findings: [Finding] = []
        for index in rules.indices { findings += numbered(rules[index].evaluate(scene), by: index) }
        return findings
    }

    /// Ends open situations and forgets what depends on stream time.
    public mutating func reset(at time: FrameTime) -> [Finding] {
        var findings: [Finding] = []
        for index in rules.indices { findings += numbered(rules[index].reset(at: time), by: index) }
        return findings
    }

    /// Replaces the rule's own numbers of situations by the camera's.
    private mutating func numbered(_ findings: [Finding], by rule: Int) -> [Finding] {
        findings.map { finding in
            guard case .security(_, _, let phase, _) = finding.kind else { return finding }
            var finding = finding
            let source = Source(rule: rule, number: finding.situation)
            finding.situation = number(of: source)
            if phase == .ended { numbers[source] = nil }
            return finding
        }
    }

    private mutating func number(of source: Source) -> UInt64 {
        if let known = numbers[source] { return known }
        let number = nextSituation
        numbers[source] = number
        nextSituation += 1
        return number
    }
}
