import CollectorDomain
import EventModel
import Foundation

/// One agent in the administrator's list.
struct AgentRow {
    let id: Int64
    let name: String
    let site: String
    let key: String
    let state: BoardViews.State
    let version: String
    let enrolledAt: String
    let seenAt: String
    let offset: String
    let waiting: String
    let disk: String
    let memory: String
    let problems: [String]
    let mayRevoke: Bool
    let deliveries: [Delivery]
    let hasDeliveries: Bool

    /// One epoch: how far it goes and what is missing.
    struct Delivery {
        let epoch: Int64
        let batches: String
        let highest: String
        let missing: String?

        /// Ranges printed; more are only counted.
        private static let rangeLimit = 4

        init(_ delivery: AgentDelivery, _ views: BoardViews) {
            let holes = delivery.covered.missing
            let texts = holes.prefix(Self.rangeLimit).map { "\($0.lowerBound)–\($0.upperBound)" }
            let rest = holes.count > Self.rangeLimit ? " …" : ""
            epoch = delivery.epoch
            batches = NumberText.count(delivery.batches, views.strings.language)
            highest = NumberText.count(delivery.covered.ranges.last?.upperBound ?? 0, views.strings.language)
            missing = holes.isEmpty ? nil : texts.joined(separator: ", ") + rest
        }
    }

    init(_ status: AgentStatus, _ deliveries: [AgentDelivery], _ views: BoardViews, mayRevoke: Bool) {
        let language = views.strings.language
        let health = status.health
        id = status.agent.id
        name = status.agent.name
        site = status.agent.site
        key = String(status.agent.keyHex.prefix(12))
        state = views.agentState(status)
        version = health?.version ?? "—"
        enrolledAt = LocalText.dateTime(status.agent.enrolledAt)
        seenAt = status.agent.lastSeenAt.map { LocalText.dateTime($0) } ?? "—"
        offset = status.agent.clockOffset.map { NumberText.decimal($0.seconds, language) + " s" } ?? "—"
        waiting = health.map { NumberText.count($0.outboxRecords, language) } ?? "—"
        disk = health.map { NumberText.bytes($0.diskFreeBytes, language) } ?? "—"
        memory = health.map { NumberText.bytes($0.residentBytes, language) } ?? "—"
        problems = health?.problems ?? []
        self.mayRevoke = mayRevoke
        self.deliveries = deliveries.map { Delivery($0, views) }
        hasDeliveries = !deliveries.isEmpty
    }
}
