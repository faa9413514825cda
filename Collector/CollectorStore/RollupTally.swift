import CollectorDomain
import EventModel
import GRDB

/// Crossings of one batch, summed in memory so that each row of the roll-ups is written once.
struct RollupTally {
    private struct Key: Hashable, Comparable {
        var level: Int
        var camera: Int64
        var bucket: Int64
        var line: Int64
        var objectClass: Int
        var direction: Int

        private var order: (Int, Int64, Int64, Int64, Int, Int) {
            (level, camera, bucket, line, objectClass, direction)
        }

        static func < (left: Key, right: Key) -> Bool { left.order < right.order }
    }

    private var counts: [Key: Int] = [:]

    mutating func add(_ passage: Ngatu_V1_Passage, camera: Int64, line: Int64, timeMicros: Int64) {
        for level in RollupLevel.allCases {
            let key = Key(
                level: level.rawValue, camera: camera, bucket: level.bucket(of: timeMicros), line: line,
                objectClass: passage.objectClass.rawValue, direction: passage.direction.rawValue)
            counts[key, default: 0] += 1
        }
    }

    /// Adds the sums to the table, in the order of its key: neighbouring rows lie on the same page.
    func write(to db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
                """)
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            try statement.execute(arguments: [
                key.level, key.camera, key.bucket, key.line, key.objectClass, key.direction, count,
            ])
        }
    }
}

extension RollupLevel {
    /// The bucket's first minute, counted from 1970 UTC.
    func bucket(of unixMicroseconds: Int64) -> Int64 { start(of: unixMicroseconds) / 60_000_000 }
}
