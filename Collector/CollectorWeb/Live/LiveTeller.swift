import BatchCodec
import CollectorDomain
import EventModel
import Foundation

/// Turns what happened into events for one page. Remembers what the page shows.
struct LiveTeller: Sendable {
    /// A page that is further behind gets a snapshot instead of what it missed.
    static let catchUpLimit = 500

    let services: WebServices
    let scope: SiteScope
    let strings: Strings
    private(set) var state: LiveState?
    private var tallyAt = Date.distantPast
    private var tileStates: [Int64: String] = [:]
    private var agentsShown = ""

    init(services: WebServices, scope: SiteScope, strings: Strings) {
        self.services = services
        self.scope = scope
        self.strings = strings
    }

    /// Everything up to here was told.
    var cursor: StoreCursor { state?.cursor ?? 0 }

    /// What a page hears first.
    ///
    /// - Parameters:
    ///   - after: the newest that the page knows; nil: nothing.
    ///   - start: the store's cursor after the subscription began.
    mutating func begin(after: StoreCursor?, start: StoreCursor) async throws -> [ServerEvent] {
        guard let after, (0...start).contains(after) else { return [try await snapshot()] }
        let now = services.configuration.now()
        let fresh = try await LiveState.load(services.store, scope: scope, now: now)
        let missed = try await services.store.feed(after: after, scope: scope, limit: Self.catchUpLimit + 1)
        guard missed.count <= Self.catchUpLimit else { return [try await snapshot()] }
        remember(fresh, now: now)
        var update = LiveUpdate(cursor: max(fresh.cursor, after), time: LocalText.time(now))
        // The board knows the films already: their records would say that files that came meanwhile are still coming.
        try describe(missed.filter { $0.cursor <= fresh.cursor && !$0.isFilm }, in: &update, now: now)
        try describeFilms(in: &update, now: now)
        update.counts = views(now).numbers(Set(fresh.tally.values.keys), fresh.tally)
        update.agents = agentsShown
        update.tiles = try tiles(fresh.cameras.map(\.id), now: now)
        return [try update.event()]
    }

    /// What the page hears next.
    mutating func update(_ content: LiveMailbox.Content) async throws -> [ServerEvent] {
        guard !content.isOverrun, state != nil else { return [try await snapshot()] }
        let now = services.configuration.now()
        var update = LiveUpdate(cursor: max(content.cursor, cursor), time: LocalText.time(now))
        let new = content.items.filter { $0.cursor > cursor }
        var changed: Set<LiveTally.Key> = []
        var unknown: Set<Int64> = []
        for item in new { count(item, now: now, &changed, &unknown) }
        try describe(new, here: try await filmsHere(new), in: &update, now: now)
        update.evidence = content.evidence.map(\.hexadecimal).sorted()
        for row in state?.alerts.markPresent(content.evidence) ?? [] {
            update.films.removeAll { $0.id == row.key.text }
            update.films.append(LiveUpdate.Element(id: row.key.text, html: try fragments(now).alert(row)))
        }
        state?.cursor = update.cursor
        let isHealthNews = new.contains { $0.isHealth } || !content.evidence.isEmpty
        if content.isBeat || isHealthNews || !unknown.isEmpty {
            try await refresh(unknown, isBeat: content.isBeat, in: &update, &changed, now: now)
        }
        if let state { update.counts = views(now).numbers(changed, state.tally) }
        return [try update.event(isBeat: content.isBeat)]
    }

    private mutating func snapshot() async throws -> ServerEvent {
        let now = services.configuration.now()
        let fresh = try await LiveState.load(services.store, scope: scope, now: now)
        remember(fresh, now: now)
        let all = try fragments(now).all(fresh)
        return try LiveSnapshot(cursor: fresh.cursor, time: LocalText.time(now), fragments: all).event()
    }

    private mutating func remember(_ fresh: LiveState, now: Date) {
        state = fresh
        tallyAt = now
        tileStates = Dictionary(uniqueKeysWithValues: fresh.cameras.map { ($0.id, signature($0, now)) })
        agentsShown = (try? fragments(now).agents(fresh.agents)) ?? ""  // a template that fails here failed the page
    }

    private mutating func count(
        _ item: FeedItem, now: Date, _ changed: inout Set<LiveTally.Key>, _ unknown: inout Set<Int64>
    ) {
        let known = state?.tally.values.count ?? 0
        if let key = state?.tally.add(item, now: now) { changed.insert(key) }
        // A number that has no place on the page yet: its tile is told anew.
        if state?.tally.values.count != known, let camera = item.origin.camera { unknown.insert(camera) }
        if let camera = item.origin.camera, tileStates[camera] == nil { unknown.insert(camera) }
    }

    /// Every film of the board: its file may have come while nobody listened, and no record tells of that.
    private func describeFilms(in update: inout LiveUpdate, now: Date) throws {
        let told = Set(update.alerts.map(\.id))
        update.films = try (state?.alerts.rows ?? [])
            .filter { $0.alert.film != nil && !told.contains($0.key.text) }
            .map { LiveUpdate.Element(id: $0.key.text, html: try fragments(now).alert($0)) }
    }

    /// The files of films that are here although their records are new.
    private func filmsHere(_ items: [FeedItem]) async throws -> Set<Data> {
        var here: Set<Data> = []
        for item in items {
            guard case .clip(let clip) = item.body, clip.alert != 0,
                let file = clip.evidence.first(where: { $0.role == .clip })
            else { continue }
            if try await services.store.evidence(sha256: file.sha256)?.file != nil { here.insert(file.sha256) }
        }
        return here
    }

    private mutating func describe(
        _ items: [FeedItem], here: Set<Data> = [], in update: inout LiveUpdate, now: Date
    ) throws {
        let fragments = self.fragments(now)
        var alerts: [AlertBoard.Key: AlertBoard.Row] = [:]
        var films: [AlertBoard.Key: AlertBoard.Row] = [:]
        for item in items {
            if let row = state?.alerts.merge(item) {
                alerts[row.key] = row
                films[row.key] = nil
            }
            if let row = state?.alerts.mergeFilm(item, here: here) {
                if alerts[row.key] != nil { alerts[row.key] = row } else { films[row.key] = row }
            }
        }
        update.films = try films.values.sorted { $0.item.cursor < $1.item.cursor }
            .map { LiveUpdate.Element(id: $0.key.text, html: try fragments.alert($0)) }
        update.alerts = try alerts.values.sorted { $0.item.cursor < $1.item.cursor }
            .map { LiveUpdate.Element(id: $0.key.text, html: try fragments.alert($0)) }
        let passages = items.filter { $0.isPassage }
        update.passageCount = passages.count
        update.passages = try passages.suffix(LiveState.passageLimit)
            .compactMap { item in
                try fragments.passage(item).map { LiveUpdate.Element(id: "passage-\(item.cursor)", html: $0) }
            }
    }

    /// Cameras and agents as they are now; each minute the counts too, because the last hour moves on.
    private mutating func refresh(
        _ unknown: Set<Int64>, isBeat: Bool, in update: inout LiveUpdate, _ changed: inout Set<LiveTally.Key>, now: Date
    ) async throws {
        let agents = try await services.store.agents(scope: scope, now: now)
        let cameras = LiveState.watched(try await services.store.cameras(scope: scope, now: now), by: agents)
        state?.cameras = cameras
        state?.agents = agents
        if isBeat, Int(now.timeIntervalSince1970) / 60 != Int(tallyAt.timeIntervalSince1970) / 60 {
            try await refreshTally(&changed, now: now)
        }
        let stale = cameras.filter { tileStates[$0.id] != signature($0, now) }.map(\.id)
        tileStates = Dictionary(uniqueKeysWithValues: cameras.map { ($0.id, signature($0, now)) })
        update.tiles = try tiles(Set(stale).union(unknown).sorted(), now: now)
        let html = try fragments(now).agents(agents)
        if html != agentsShown {
            agentsShown = html
            update.agents = html
        }
    }

    private mutating func refreshTally(_ changed: inout Set<LiveTally.Key>, now: Date) async throws {
        let (cursor, tally) = try await LiveState.tally(services.store, scope: scope, now: now)
        // Records that the store has and the page has not heard of yet will be counted again when they come.
        guard cursor == state?.cursor else { return }
        let old = state?.tally.values ?? [:]
        changed.formUnion(Set(old.keys).union(tally.values.keys).filter { old[$0] != tally.values[$0] })
        state?.tally = tally
        tallyAt = now
    }

    private func tiles(_ cameras: [Int64], now: Date) throws -> [LiveUpdate.Element] {
        guard let state else { return [] }
        return try state.cameras.filter { cameras.contains($0.id) }
            .map { LiveUpdate.Element(id: "camera-\($0.id)", html: try fragments(now).tile($0, state.tally)) }
    }

    private func signature(_ camera: CameraStatus, _ now: Date) -> String {
        let state = views(now).state(of: camera)
        let conditions = views(now).conditions(of: camera).map(\.name).joined(separator: " ")
        return "\(state.tone) \(state.text) \(state.detail ?? "") \(conditions) \(camera.lastStill?.hexadecimal ?? "")"
    }

    private func views(_ now: Date) -> BoardViews { BoardViews(strings: strings, now: now) }

    private func fragments(_ now: Date) -> LiveFragments { LiveFragments(pages: services.pages, views: views(now)) }
}

extension FeedItem {
    fileprivate var isHealth: Bool {
        switch body {
        case .cameraHealth, .agentHealth, .gap: true
        default: false
        }
    }

    fileprivate var isFilm: Bool {
        if case .clip = body { return true }
        return false
    }

    fileprivate var isPassage: Bool {
        if case .passage = body { return true }
        return false
    }
}
