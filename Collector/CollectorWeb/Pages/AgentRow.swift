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

    init(_ status: AgentStatus, _ views: BoardViews, mayRevoke: Bool) {
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
    }
}
