import BatchCodec
import CollectorDomain
import Crypto
import EventModel
import Foundation
import GRDB

/// Follows one hash chain from its first batch to its head.
struct ChainWalk {
    let chain: Int64
    let agent: Int64
    let place: String
    /// The agent's key; nil where the stored one does not match its hash.
    let key: Curve25519.Signing.PublicKey?
    /// What the records and gaps seen so far cover.
    var covered = SequenceRanges()

    private let epoch: Int64
    private let storedHead: (number: Int64, hash: Data)
    private var head: (number: Int64, hash: Data) = (0, BatchSeal.genesis)

    init(row: Row, place: String) {
        self.place = place
        chain = row["id"]
        agent = row["agent"]
        epoch = row["epoch"]
        storedHead = (row["headNumber"], row["headHash"])
        let bytes: Data = row["publicKey"]
        let isKey = Data(SHA256.hash(data: bytes)) == row["keyHash"] as Data
        // A key that does not parse is reported like one that does not match.
        key = isKey ? try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) : nil
    }

    /// Checks a batch against the chain; nil where its signature fails.
    mutating func follow(
        _ stored: Row, key: Curve25519.Signing.PublicKey, report: inout CheckReport
    ) -> OpenedBatch? {
        let number: Int64 = stored["number"]
        let at = "\(place), batch \(number)"
        let hash: Data = stored["hash"]
        defer { head = (number, hash) }
        let opened: OpenedBatch
        do {
            opened = try BatchSeal.open(payload: stored["payload"], signature: stored["signature"], key: key)
        } catch {
            report.add(at, "\(error)", advice: StoreCheck.restore)
            return nil
        }
        let batch = opened.batch
        if opened.hash != hash {
            report.add(at, "the stored hash is not that of the payload", advice: StoreCheck.restore)
        }
        if Int64(bitPattern: batch.number) != number || Int64(bitPattern: batch.epoch) != epoch {
            report.add(at, "the signed batch has another number or epoch", advice: StoreCheck.restore)
        }
        if number != head.number &+ 1 || batch.previousHash != head.hash {
            report.add(at, "it does not follow batch \(head.number)", advice: StoreCheck.restore)
        }
        return opened
    }

    /// Compares the end of the walk with the stored head and ranges.
    func finish(_ db: Database, report: inout CheckReport) throws {
        if head != storedHead {
            report.add(place, "the stored head is not the newest batch", advice: StoreCheck.rebuild)
        }
        let rows = try Row.fetchAll(
            db, sql: "SELECT first, last FROM chainRange WHERE chain = ? ORDER BY first", arguments: [chain])
        let isSame =
            rows.count == covered.ranges.count
            && zip(rows, covered.ranges).allSatisfy {
                ($0[0] as Int64, $0[1] as Int64) == ($1.lowerBound, $1.upperBound)
            }
        if !isSame { report.add(place, "the stored ranges are not those of the records", advice: StoreCheck.rebuild) }
        if !covered.missing.isEmpty {
            report.missing.append(CheckReport.Missing(agent: agent, epoch: epoch, ranges: covered.missing))
        }
    }
}
