/// How urgent a record is, and how long it is kept when the spool is full.
///
/// Alerts are shipped first and dropped last.
public enum Lane: Int, CaseIterable, Hashable, Sendable {
    /// Security alerts and violation candidates: stored at once, shipped before all others.
    case alert
    /// Passages.
    case passage
    /// Flow and crowd samples, camera and agent health: the first to go when the spool is full.
    case sample
}

/// The tables of waiting records. `Gap` records have a shelf of their own, which nothing is ever dropped from.
///
/// One table a shelf instead of one table with an index: an append writes one page less, and no index can be damaged
/// in a way that hides rows.
enum Shelf: Int, CaseIterable, Codable, Hashable, Sendable {
    /// In the order of shipping.
    case alert, gap, passage, sample

    init(_ lane: Lane) {
        switch lane {
        case .alert: self = .alert
        case .passage: self = .passage
        case .sample: self = .sample
        }
    }

    var table: String {
        switch self {
        case .alert: "alertRecord"
        case .gap: "gapRecord"
        case .passage: "passageRecord"
        case .sample: "sampleRecord"
        }
    }

    /// Which shelves lose records when the spool is full, the least important first.
    static let dropOrder: [Shelf] = [.sample, .passage, .alert]
}
