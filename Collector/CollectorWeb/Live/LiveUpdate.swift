import CollectorDomain
import Foundation

/// What changed: the data of an `update` event.
struct LiveUpdate: Encodable, Sendable {
    /// A part of the page that is new, or replaces the one of the same id.
    struct Element: Encodable, Hashable, Sendable {
        var id: String
        var html: String
    }

    /// Everything up to here is told; also the id of the event.
    var cursor: StoreCursor
    /// The collector's clock, as people read it.
    var time: String
    /// Totals by name: `[today, last hour]`.
    var counts: [String: [String]] = [:]
    var tiles: [Element] = []
    /// Oldest first.
    var alerts: [Element] = []
    /// Alerts whose film is told of, or has come: they keep their place.
    var films: [Element] = []
    /// Oldest first; the newest of those that happened.
    var passages: [Element] = []
    /// How many crossings happened since the event before.
    var passageCount = 0
    /// All agents; nil when nothing changed.
    var agents: String?
    /// Evidence files that arrived.
    var evidence: [String] = []

    init(cursor: StoreCursor, time: String) {
        self.cursor = cursor
        self.time = time
    }

    func event(isBeat: Bool = false) throws -> ServerEvent {
        ServerEvent(name: isBeat ? "beat" : "update", id: cursor, data: try LiveJSON.line(self))
    }
}

/// The whole page: the data of a `snapshot` event.
struct LiveSnapshot: Encodable, Sendable {
    var cursor: StoreCursor
    var time: String
    var fragments: LiveFragments.All

    func event() throws -> ServerEvent { ServerEvent(name: "snapshot", id: cursor, data: try LiveJSON.line(self)) }
}

enum LiveJSON {
    /// One line of JSON; line ends in texts are escaped by the encoder.
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
