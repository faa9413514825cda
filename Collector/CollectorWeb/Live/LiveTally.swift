import CollectorDomain
import EventModel
import Foundation

/// The counts a live page shows. Kept as totals: what is told twice cannot count twice.
struct LiveTally: Sendable {
    /// One number on the page.
    struct Key: Hashable, Sendable {
        var camera: Int64
        var line: String
        var direction: CrossingDirection?
        var objectClass: ObjectClass?
    }

    /// What is counted.
    struct Value: Hashable, Sendable {
        var today = 0
        var lastHour = 0
    }

    private(set) var values: [Key: Value] = [:]

    init() {}

    /// Takes the store's totals.
    init(_ counts: [LineCount]) {
        for count in counts {
            let key = Key(
                camera: count.camera, line: count.line, direction: count.direction, objectClass: count.objectClass)
            values[key, default: Value()].today += count.today
            values[key, default: Value()].lastHour += count.lastHour
        }
    }

    /// Counts a crossing of today.
    ///
    /// - Returns: the key whose value changed; nil for other records.
    mutating func add(_ item: FeedItem, now: Date) -> Key? {
        guard case .passage(let passage) = item.body, let camera = item.origin.camera else { return nil }
        let key = Key(
            camera: camera, line: passage.line, direction: passage.direction, objectClass: passage.objectClass)
        let isToday = LocalDay(containing: item.time) == LocalDay(containing: now)
        let hour = Self.hourStart(now)
        let isLately = item.time >= hour && item.time < hour.addingTimeInterval(3_600)
        guard isToday || isLately else { return nil }
        if isToday { values[key, default: Value()].today += 1 }
        if isLately { values[key, default: Value()].lastHour += 1 }
        return key
    }

    /// Where the last 60 minutes begin, the running one included.
    static func hourStart(_ now: Date) -> Date {
        let minute = RollupLevel.minute.start(of: now.unixMicroseconds)
        return Date(unixMicroseconds: minute - 59 * RollupLevel.minute.microseconds)
    }
}
