import Crypto
import EventModel
import Foundation
import Logging
import SwiftProtobuf

@testable import EdgeOutbox

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// A directory of one test, removed with it.
final class Scratch {
    let path: String
    init() {
        path = NSTemporaryDirectory() + "outbox-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var spool: String { path + "/spool" }
}

let testLogger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

func makePassage(track: UInt64 = 1, evidence: [EvidenceFile] = []) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = "nga-tu-01"
    record.timeMicros = 1_795_136_400_000_000 + Int64(track) * 1_000
    record.clock = .arrival
    record.passage.line = "north"
    record.passage.direction = .leftToRight
    record.passage.objectClass = .motorbike
    record.passage.track = track
    record.passage.evidence = evidence.map { file in
        .with {
            $0.sha256 = file.sha256; $0.role = .still
        }
    }
    return record
}

func makeAlert(_ number: UInt64 = 1, evidence: [EvidenceFile] = []) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = "nga-tu-01"
    record.securityAlert.kind = "intrusion"
    record.securityAlert.alert = number
    record.securityAlert.evidence = evidence.map { file in
        .with {
            $0.sha256 = file.sha256; $0.role = .still
        }
    }
    return record
}

func makeSample(_ seconds: UInt32 = 60) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = "nga-tu-01"
    record.flowSample.line = "north"
    record.flowSample.seconds = seconds
    return record
}

func makeRecord(_ lane: Lane, _ number: UInt64 = 1) -> Ngatu_V1_Record {
    switch lane {
    case .alert: makeAlert(number)
    case .passage: makePassage(track: number)
    case .sample: makeSample(UInt32(truncatingIfNeeded: number))
    }
}

/// Stores records in one transaction, past the writer.
func queued(_ record: Ngatu_V1_Record, _ lane: Lane, evidence: [EvidenceFile] = []) -> QueuedRecord {
    QueuedRecord(
        body: (try? record.serializedData()) ?? Data(), shelf: Shelf(lane), evidence: evidence, completion: nil)
}

/// An outbox, a fake collector and a shipper that tests drive step by step on a clock of their own.
struct Bench {
    let scratch = Scratch()
    let key = Curve25519.Signing.PrivateKey()
    let collector: FakeCollector
    let outbox: Outbox
    let shipper: Shipper
    var now: Duration = .zero

    init(_ change: (inout OutboxConfiguration) -> Void = { _ in }, evidenceFiles: (any EvidenceStorage)? = nil) throws {
        var configuration = OutboxConfiguration(directory: scratch.spool)
        configuration.commitDelay = .milliseconds(5)
        change(&configuration)
        collector = FakeCollector(key.publicKey)
        outbox = try Outbox(configuration, evidenceFiles: evidenceFiles, logger: testLogger)
        shipper = Shipper(outbox, transport: collector, key: key, seed: 7, logger: testLogger)
    }

    /// Steps until nothing is left, or `limit` of the bench's time has passed.
    mutating func drain(within limit: Duration = .seconds(3_600)) async {
        let end = now + limit
        while now < end {
            let work = outbox.board.work
            if work.records == 0, work.evidence == 0, !work.hasPending { return }
            now += max(.milliseconds(1), await shipper.step(now: now, wall: Date()))
        }
    }

    /// Steps for a time, whether there is work or not.
    mutating func run(for time: Duration) async {
        let end = now + time
        while now < end { now += max(.milliseconds(1), await shipper.step(now: now, wall: Date())) }
    }
}
