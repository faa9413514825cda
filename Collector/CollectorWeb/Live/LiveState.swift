import CollectorDomain
import Foundation

/// All that a live page shows, as one person may see it.
struct LiveState: Sendable {
    /// Passages listed.
    static let passageLimit = 20

    var cursor: StoreCursor
    var cameras: [CameraStatus]
    var agents: [AgentStatus]
    var tally: LiveTally
    var alerts: AlertBoard
    /// Newest first.
    var passages: [FeedItem]

    /// Reads it from the store.
    static func load(_ store: any CollectorStoring, scope: SiteScope, now: Date) async throws -> LiveState {
        let (cursor, tally) = try await tally(store, scope: scope, now: now)
        async let cameras = store.cameras(scope: scope, now: now)
        async let agents = store.agents(scope: scope, now: now)
        async let alerts = store.alerts(scope: scope, camera: nil, before: nil, limit: AlertBoard.limit * 4)
        async let passages = store.passages(scope: scope, camera: nil, before: nil, limit: passageLimit)
        return LiveState(
            cursor: cursor, cameras: watched(try await cameras, by: try await agents), agents: try await agents,
            tally: tally,
            alerts: AlertBoard(newestFirst: try await alerts), passages: try await passages)
    }

    /// Cameras whose agent may deliver: a revoked agent's are history, not something to worry about.
    static func watched(_ cameras: [CameraStatus], by agents: [AgentStatus]) -> [CameraStatus] {
        let enrolled = Set(agents.filter(\.agent.isEnrolled).map(\.agent.id))
        return cameras.filter { enrolled.contains($0.agent) }
    }

    /// The counts, and the place in the store's order that they belong to.
    static func tally(
        _ store: any CollectorStoring, scope: SiteScope, now: Date
    ) async throws -> (cursor: StoreCursor, tally: LiveTally) {
        let totals = try await store.liveTotals(scope: scope, now: now)
        return (totals.cursor, LiveTally(totals.counts))
    }
}
