import CollectorDomain
import EventModel
import Foundation

/// The newest security situations, one row each, whatever number of records tells about them.
struct AlertBoard: Sendable {
    /// What makes records speak of one situation.
    struct Key: Hashable, Sendable {
        var agent: Int64
        var epoch: Int64
        var camera: Int64?
        var alert: Int64

        /// Fit for the `id` of an element.
        var text: String { "alert-\(agent)-\(epoch)-\(camera ?? 0)-\(alert)" }
    }

    /// One situation as its newest record tells it, with the first still that any of them brought.
    struct Row: Hashable, Sendable {
        var key: Key
        var item: FeedItem
        var alert: AlertSummary
    }

    /// Rows kept.
    static let limit = 12

    /// Newest record first.
    private(set) var rows: [Row] = []

    init() {}

    /// Takes alert records, newest first as the store lists them.
    init(newestFirst items: [FeedItem]) {
        for item in items.reversed() { _ = merge(item) }
    }

    /// Takes one record. Returns the situation's row; nil for records that are no alert.
    mutating func merge(_ item: FeedItem) -> Row? {
        guard case .alert(let alert) = item.body else { return nil }
        let key = Key(agent: item.origin.agent, epoch: item.epoch, camera: item.origin.camera, alert: alert.alert)
        var row = Row(key: key, item: item, alert: alert)
        if let index = rows.firstIndex(where: { $0.key == key }) {
            let before = rows.remove(at: index)
            row.alert.still = alert.still ?? before.alert.still
            row.alert.from = min(alert.from, before.alert.from)
            row.alert.film = before.alert.film ?? alert.film
        }
        rows.insert(row, at: 0)
        if rows.count > Self.limit { rows.removeLast() }
        return row
    }

    /// Takes a record that tells of a film. Returns the row of its situation; nil where none is shown.
    ///
    /// - Parameter here: files that have arrived already: a record may name one that another brought.
    mutating func mergeFilm(_ item: FeedItem, here: Set<Data> = []) -> Row? {
        guard case .clip(let clip) = item.body, clip.alert != 0 else { return nil }
        let key = Key(
            agent: item.origin.agent, epoch: item.epoch, camera: item.origin.camera,
            alert: Int64(bitPattern: clip.alert))
        guard let index = rows.firstIndex(where: { $0.key == key }) else { return nil }
        var file = clip.evidence.first { $0.role == .clip }.map {
            EvidenceReference(sha256: $0.sha256, isPresent: here.contains($0.sha256))
        }
        if let known = rows[index].alert.film?.file {
            // A later record without a film hides none.
            if file == nil { return rows[index] }
            // A film that is known to be here stays here when its record is read once more.
            if known.sha256 == file?.sha256, known.isPresent { file = known }
        }
        rows[index].alert.film = FilmReference(file: file, problem: clip.problem)
        return rows[index]
    }

    /// Files arrived. Returns the rows whose film is among them.
    mutating func markPresent(_ sha256: Set<Data>) -> [Row] {
        var withFilm: [Row] = []
        for index in rows.indices {
            if let still = rows[index].alert.still, sha256.contains(still.sha256) {
                rows[index].alert.still?.isPresent = true
            }
            if let film = rows[index].alert.film?.file, sha256.contains(film.sha256) {
                rows[index].alert.film?.file?.isPresent = true
                withFilm.append(rows[index])
            }
        }
        return withFilm
    }
}
