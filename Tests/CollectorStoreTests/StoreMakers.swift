import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
import EventModel
import Foundation

/// 2026-11-20 08:00 in Vietnam.
let testNow = Date(timeIntervalSince1970: 1_795_136_400)
let testMicros: Int64 = 1_795_136_400_000_000

/// A store in a folder of its own, removed with it.
final class TemporaryStore {
    let directory: URL
    var store: CollectorDatabase

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("collector-\(UUID().uuidString)")
        store = try CollectorDatabase(StoreConfiguration(directory: directory))
    }

    func reopen() throws { store = try CollectorDatabase(StoreConfiguration(directory: directory)) }

    deinit { try? FileManager.default.removeItem(at: directory) }
}

/// An agent that was enrolled, and the head of its chain.
struct TestAgent {
    let key: Curve25519.Signing.PrivateKey
    let id: Int64
    var epoch: UInt64 = 1_795_000_000
    var number: UInt64 = 0
    var head = BatchSeal.genesis

    init(at store: CollectorDatabase, site: String = "site-a", key: Curve25519.Signing.PrivateKey = .init())
        async throws
    {
        self.key = key
        let code = try await store.createEnrolmentCode(site: site, user: nil, now: testNow)
        id = try await store.enrol(
            code: code.code, publicKey: key.publicKey.rawRepresentation, name: "agent of \(site)", now: testNow
        ).id
    }

    /// Seals the next batch and moves the head.
    mutating func next(_ records: [Ngatu_V1_Record], sentMicros: Int64 = testMicros) throws -> OpenedBatch {
        let opened = try peek(records, sentMicros: sentMicros)
        number += 1
        head = opened.hash
        return opened
    }

    /// Seals the next batch without moving the head.
    func peek(_ records: [Ngatu_V1_Record], sentMicros: Int64 = testMicros) throws -> OpenedBatch {
        var batch = Ngatu_V1_Batch()
        batch.epoch = epoch
        batch.number = number + 1
        batch.previousHash = head
        batch.firstSequence = records.map(\.sequence).min() ?? 0
        batch.records = records
        batch.sentMicros = sentMicros
        return try BatchSeal.open(BatchSeal.seal(batch, with: key).body) { _ in key.publicKey }
    }
}

func makePassage(
    _ sequence: UInt64, camera: String = "cam-1", line: String = "north", time: Int64 = testMicros,
    label: Ngatu_V1_ObjectClass = .motorbike, direction: Ngatu_V1_Direction = .leftToRight, file: Data? = nil
) -> Ngatu_V1_Record {
    var passage = Ngatu_V1_Passage()
    passage.line = line
    passage.direction = direction
    passage.objectClass = label
    passage.track = sequence * 3
    passage.confidencePercent = 88
    if let file { passage.evidence = [makeEvidence(file)] }
    var record = makeRecord(sequence, camera: camera, time: time)
    record.passage = passage
    return record
}

func makeAlert(_ sequence: UInt64, camera: String = "cam-1", file: Data? = nil) -> Ngatu_V1_Record {
    var alert = Ngatu_V1_SecurityAlert()
    alert.kind = "intrusion"
    alert.severity = .warning
    alert.zone = "yard"
    alert.phase = .opened
    alert.alert = sequence
    alert.fromMicros = testMicros
    if let file { alert.evidence = [makeEvidence(file), makeEvidence(file + Data([1]))] }
    var record = makeRecord(sequence, camera: camera)
    record.securityAlert = alert
    return record
}

func makeHealth(
    _ sequence: UInt64, camera: String = "cam-1", time: Int64 = testMicros, state: Ngatu_V1_StreamState = .live
) -> Ngatu_V1_Record {
    var health = Ngatu_V1_CameraHealth()
    health.state = state
    health.framesReceived = sequence
    var record = makeRecord(sequence, camera: camera, time: time)
    record.cameraHealth = health
    return record
}

func makeGap(_ sequence: UInt64, covering ranges: [ClosedRange<UInt64>]) -> Ngatu_V1_Record {
    var gap = Ngatu_V1_Gap()
    gap.ranges = ranges.map { range in
        var wire = Ngatu_V1_Gap.Range()
        wire.first = range.lowerBound
        wire.last = range.upperBound
        return wire
    }
    gap.reason = "diskCap"
    var record = makeRecord(sequence, camera: "")
    record.gap = gap
    return record
}

func makeRecord(_ sequence: UInt64, camera: String, time: Int64 = testMicros) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.sequence = sequence
    record.camera = camera
    record.timeMicros = time
    record.clock = .arrival
    return record
}

func makeEvidence(_ file: Data) -> Ngatu_V1_Evidence {
    var evidence = Ngatu_V1_Evidence()
    evidence.role = .still
    evidence.sha256 = Data(SHA256.hash(data: file))
    evidence.byteCount = UInt64(file.count)
    return evidence
}

extension BatchAnswer {
    /// The receipt of an accepted batch.
    var receipt: Ngatu_V1_BatchReceipt? {
        if case .accepted(let receipt) = self { receipt } else { nil }
    }

    var isConflict: Bool { if case .conflict = self { true } else { false } }
}

/// SplitMix64: small, seeded, good enough to choose test cases.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
