import CollectorDomain
import Foundation

/// The parts of the live page as HTML: the page and the stream print them from the same templates.
struct LiveFragments: Sendable {
    let pages: PageRenderer
    let views: BoardViews

    /// Everything that a snapshot replaces.
    struct All: Encodable, Hashable, Sendable {
        var tiles: String
        var alerts: String
        var passages: String
        var agents: String
    }

    func all(_ state: LiveState) throws -> All {
        All(
            tiles: try state.cameras.map { try tile($0, state.tally) }.joined(),
            alerts: try state.alerts.rows.map(alert).joined(),
            passages: try state.passages.compactMap(passage).joined(),
            agents: try agents(state.agents))
    }

    func tile(_ camera: CameraStatus, _ tally: LiveTally) throws -> String {
        try pages.fragment("tile", views.tile(camera, tally), views.strings)
    }

    func alert(_ row: AlertBoard.Row) throws -> String {
        try pages.fragment("alert", views.alert(row), views.strings)
    }

    /// Nil for a record that is no passage.
    func passage(_ item: FeedItem) throws -> String? {
        try views.passage(item).map { try pages.fragment("passage", $0, views.strings) }
    }

    func agents(_ agents: [AgentStatus]) throws -> String {
        try agents.filter(\.agent.isEnrolled).map { try pages.fragment("agent", views.agent($0), views.strings) }
            .joined()
    }
}
