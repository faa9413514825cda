import BatchCodec
import CollectorDomain
import Foundation
import GRDB

extension StoreCheck {
    /// Each row of the roll-ups against the passages it counts.
    mutating func checkCounts() throws {
        for level in RollupLevel.allCases {
            let counted = """
                SELECT camera, \(Self.bucket(level)) AS bucket, line, objectClass, direction, count(*) AS count
                FROM passage GROUP BY 1, 2, 3, 4, 5
                """
            let stored = """
                SELECT camera, bucket, line, objectClass, direction, count FROM rollup WHERE level = \(level.rawValue)
                """
            try reportDifference(level, "counts less than the passages", "\(counted) EXCEPT \(stored)")
            try reportDifference(level, "counts what is not there", "\(stored) EXCEPT \(counted)")
        }
    }

    private mutating func reportDifference(_ level: RollupLevel, _ text: String, _ sql: String) throws {
        for row in try Row.fetchAll(db, sql: "\(sql) LIMIT 20") {
            // Beyond the range of 64 bits SQLite goes on with REAL.
            let minutes = try row.decode(Int64.self, forColumn: "bucket")
            report.add(
                "roll-up by \(level), camera \(row["camera"] as Int64), minute \(minutes)",
                "a row \(text): \(row["count"] as Int64)", advice: Self.rebuild)
        }
    }

    // Written in SQL once more on purpose: a mistake in RollupLevel must not check itself.
    private static func bucket(_ level: RollupLevel) -> String {
        switch level {
        case .minute: "timeMicros / 60000000"
        case .hour: "timeMicros / 3600000000 * 60"
        case .day: "(timeMicros + 25200000000) / 86400000000 * 1440 - 420"
        }
    }

    /// Each evidence file that has arrived: there, of the declared size, and with the SHA-256 that is its name.
    mutating func checkEvidence(_ files: EvidenceFiles) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT sha256, byteCount, presentMicros FROM evidence ORDER BY id")
        while let row = try rows.next() {
            guard (row["presentMicros"] as Int64?) != nil else {
                report.evidenceAwaited += 1
                continue
            }
            report.evidenceFiles += 1
            checkFile(row["sha256"], byteCount: row["byteCount"], files)
        }
    }

    private mutating func checkFile(_ sha256: Data, byteCount: Int64, _ files: EvidenceFiles) {
        let place = "evidence \(sha256.hexadecimal)"
        let advice = "restore \(files.file(sha256).path) from a backup or from the agent"
        guard let found = files.byteCount(sha256) else {
            report.add(place, "the file is gone", advice: advice)
            return
        }
        if found != byteCount { report.add(place, "\(found) bytes, not \(byteCount)", advice: advice) }
        do {
            if try EvidenceFiles.hash(files.file(sha256)) != sha256 {
                report.add(place, "the file has another SHA-256: its bytes were changed", advice: advice)
            }
        } catch { report.add(place, "cannot be read: \(error)", advice: advice) }
    }
}
