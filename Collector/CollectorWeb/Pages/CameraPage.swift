import CollectorDomain
import EventModel
import Foundation

/// What the page of one camera says about one day.
struct CameraPage: Sendable {
    /// Passages listed.
    static let passageLimit = 30

    let strings: Strings
    let now: Date
    let camera: CameraStatus
    let day: LocalDay
    let series: [SeriesPoint]
    /// Newest first.
    let passages: [FeedItem]
    let alerts: AlertBoard
    /// The list of films that were asked for, as HTML.
    let films: String
    let form: FilmForm.View
    /// The Debian package to install before charts can be drawn.
    let missingPackage: String?

    struct View {
        let tile: BoardViews.Tile
        let facts: [Fact]
        let dayText: String
        let dayValue: String
        let previousDay: String
        let nextDay: String?
        let isToday: Bool
        let todayValue: String
        let total: String
        let hasCounts: Bool
        let chart: String
        let columns: [Column]
        let rows: [Row]
        let sums: [String]
        let passages: [BoardViews.Passage]
        let hasPassages: Bool
        let alerts: [BoardViews.Alert]
        let hasAlerts: Bool
        let films: String
        let form: FilmForm.View
        let missingPackage: String?
    }

    /// One line of the camera's state.
    struct Fact {
        let name: String
        let value: String
    }

    /// One combination of line, direction and class.
    struct Column: Hashable {
        let line: String
        let arrow: String
        let direction: String
        let objectClass: String
    }

    /// One hour.
    struct Row {
        let hour: String
        let cells: [String]
        let sum: String
    }

    private struct Key: Hashable {
        let line: String
        let direction: CrossingDirection?
        let objectClass: ObjectClass?
    }

    func view() throws -> View {
        let views = BoardViews(strings: strings, now: now)
        let keys = self.keys()
        let hours = self.hours()
        let today = LocalDay(containing: now)
        let sums = keys.map { key in hours.reduce(0) { $0 + $1[key, default: 0] } }
        return View(
            tile: views.tile(camera, LiveTally()), facts: facts(), dayText: LocalText.day(day),
            dayValue: day.description, previousDay: day.previous.description,
            nextDay: day < today ? day.next.description : nil, isToday: day == today, todayValue: today.description,
            total: views.number(sums.reduce(0, +)), hasCounts: !series.isEmpty,
            chart: try chart(keys, hours, views), columns: keys.map { column($0, views) },
            rows: hours.enumerated().map { row($0.offset, $0.element, keys, views) },
            sums: sums.map(views.number), passages: passages.compactMap(views.passage), hasPassages: !passages.isEmpty,
            alerts: alerts.rows.map(views.alert), hasAlerts: !alerts.rows.isEmpty, films: films, form: form,
            missingPackage: missingPackage)
    }

    private func keys() -> [Key] {
        let directions: [CrossingDirection?] = CrossingDirection.allCases + [nil]
        let classes: [ObjectClass?] = ObjectClass.allCases + [nil]
        func rank(_ key: Key) -> Int {
            (directions.firstIndex(of: key.direction) ?? 0) * 100 + (classes.firstIndex(of: key.objectClass) ?? 0)
        }
        let keys = Set(series.map { Key(line: $0.line, direction: $0.direction, objectClass: $0.objectClass) })
        return keys.sorted { $0.line == $1.line ? rank($0) < rank($1) : $0.line < $1.line }
    }

    /// 24 tables of counts.
    private func hours() -> [[Key: Int]] {
        var hours = [[Key: Int]](repeating: [:], count: 24)
        for point in series {
            let key = Key(line: point.line, direction: point.direction, objectClass: point.objectClass)
            hours[LocalText.hour(point.start)][key, default: 0] += point.count
        }
        return hours
    }

    private func column(_ key: Key, _ views: BoardViews) -> Column {
        Column(
            line: key.line, arrow: BoardViews.arrow(key.direction), direction: views.directionName(key.direction),
            objectClass: views.className(key.objectClass))
    }

    private func row(_ hour: Int, _ counts: [Key: Int], _ keys: [Key], _ views: BoardViews) -> Row {
        Row(
            hour: hour < 10 ? "0\(hour):00" : "\(hour):00", cells: keys.map { views.number(counts[$0, default: 0]) },
            sum: views.number(counts.values.reduce(0, +)))
    }

    /// JSON for the chart: bars stacked by class, side by side by line and direction.
    private func chart(_ keys: [Key], _ hours: [[Key: Int]], _ views: BoardViews) throws -> String {
        struct Chart: Encodable {
            struct Series: Encodable {
                let name: String
                let group: String
                let kind: String
                let counts: [Int]
            }
            let series: [Series]
        }
        let hasOneLine = Set(keys.map(\.line)).count < 2
        let series = keys.map { key in
            Chart.Series(
                name: (hasOneLine ? "" : key.line + " ")
                    + "\(BoardViews.arrow(key.direction)) \(views.className(key.objectClass))",
                group: "\(key.line) \(BoardViews.arrow(key.direction))",
                kind: key.objectClass?.rawValue ?? "unknown", counts: hours.map { $0[key, default: 0] })
        }
        return try LiveJSON.line(Chart(series: series))
    }

    private func facts() -> [Fact] {
        let health = camera.health
        var facts = [Fact(name: strings("fact_site"), value: camera.site)]
        if let health, health.width > 0 {
            facts.append(
                Fact(name: strings("fact_picture"), value: "\(health.width) × \(health.height) \(health.codec)"))
        }
        if let health {
            facts.append(Fact(name: strings("fact_frames"), value: count(health.framesAnalysed)))
            facts.append(Fact(name: strings("fact_dropped"), value: count(health.framesDropped)))
            facts.append(Fact(name: strings("fact_reconnects"), value: count(UInt64(health.reconnects))))
        }
        if let at = camera.healthAt {
            facts.append(Fact(name: strings("fact_health_at"), value: LocalText.dateTime(at)))
        }
        if let at = camera.lastRecordAt {
            facts.append(Fact(name: strings("fact_record_at"), value: LocalText.dateTime(at)))
        }
        return facts
    }

    private func count(_ value: UInt64) -> String { NumberText.count(value, strings.language) }
}
