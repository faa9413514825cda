import CollectorDomain
import EventModel

extension BoardViews {
    /// The counts of one camera: by line, direction, class.
    func lines(_ camera: Int64, _ tally: LiveTally) -> [Line] {
        let own = tally.values.filter { $0.key.camera == camera }
        let byLine = Dictionary(grouping: own) { $0.key.line }
        return byLine.sorted { $0.key < $1.key }.map { line, entries in
            let byDirection = Dictionary(grouping: entries) { $0.key.direction }
            let order: [CrossingDirection?] = CrossingDirection.allCases + [nil]
            return Line(
                name: line,
                directions: order.compactMap { direction in
                    byDirection[direction].map { self.direction(camera, line, direction, $0) }
                })
        }
    }

    private func direction(
        _ camera: Int64, _ line: String, _ direction: CrossingDirection?,
        _ entries: [(key: LiveTally.Key, value: LiveTally.Value)]
    ) -> Direction {
        let order: [ObjectClass?] = ObjectClass.allCases + [nil]
        let sorted = entries.sorted { left, right in
            (order.firstIndex(of: left.key.objectClass) ?? 0) < (order.firstIndex(of: right.key.objectClass) ?? 0)
        }
        return Direction(
            key: Self.totalKey(camera, line, direction), arrow: Self.arrow(direction), text: directionName(direction),
            today: number(entries.reduce(0) { $0 + $1.value.today }),
            lastHour: number(entries.reduce(0) { $0 + $1.value.lastHour }),
            classes: sorted.map { key, value in
                Class(
                    key: Self.key(key), name: className(key.objectClass), today: number(value.today),
                    lastHour: number(value.lastHour))
            })
    }

    /// The name of a number on the page.
    static func key(_ key: LiveTally.Key) -> String {
        totalKey(key.camera, key.line, key.direction) + "|" + (key.objectClass?.rawValue ?? "unknown")
    }

    /// The name of the sum over all classes.
    static func totalKey(_ camera: Int64, _ line: String, _ direction: CrossingDirection?) -> String {
        "\(camera)|\(line)|\(direction?.rawValue ?? "unknown")"
    }

    /// The numbers of some keys and of their sums: what the page is told when they change. `[today, last hour]`.
    func numbers(_ keys: Set<LiveTally.Key>, _ tally: LiveTally) -> [String: [String]] {
        var numbers: [String: [String]] = [:]
        for key in keys {
            let value = tally.values[key] ?? LiveTally.Value()
            numbers[Self.key(key)] = [number(value.today), number(value.lastHour)]
            let whole = tally.values.filter {
                $0.key.camera == key.camera && $0.key.line == key.line && $0.key.direction == key.direction
            }
            numbers[Self.totalKey(key.camera, key.line, key.direction)] = [
                number(whole.reduce(0) { $0 + $1.value.today }), number(whole.reduce(0) { $0 + $1.value.lastHour }),
            ]
        }
        return numbers
    }
}
