public import EventModel
public import Foundation

/// Batches like those of a busy agent: four cameras, ten lines, random times, evidence hashes and file sizes.
public struct BatchMaker: Sendable {
    /// The agent's epoch.
    public var epoch: UInt64 = 1_795_000_000_000
    /// The number of the next batch.
    public var number: UInt64 = 1
    /// The sequence of the next record.
    public var sequence: UInt64 = 1
    /// The hash of the batch before.
    public var previousHash = Data(count: 32)
    /// The time of the newest record, microseconds since 1970.
    public var time: Int64 = 1_795_136_400_000_000
    private var generator = SystemRandomNumberGenerator()

    /// A maker at the beginning of an epoch.
    public init() {}

    /// The next batch of passages.
    ///
    /// - Parameter hasEvidence: whether each passage names a still, whose hash no packing can shorten.
    public mutating func next(records count: Int, hasEvidence: Bool = true) -> Ngatu_V1_Batch {
        var batch = Ngatu_V1_Batch()
        batch.epoch = epoch
        batch.number = number
        batch.previousHash = previousHash
        batch.firstSequence = sequence
        batch.sentMicros = time
        batch.records = (0..<count).map { _ in passage(hasEvidence: hasEvidence) }
        number += 1
        return batch
    }

    private mutating func passage(hasEvidence: Bool) -> Ngatu_V1_Record {
        defer { sequence += 1 }
        time += Int64.random(in: 1_000...900_000, using: &generator)
        var record = Ngatu_V1_Record()
        record.sequence = sequence
        record.camera = "nga-tu-0\(Int.random(in: 1...4, using: &generator))"
        record.timeMicros = time
        record.clock = .cameraReport
        record.passage.line = "line-\(Int.random(in: 0...9, using: &generator))"
        record.passage.direction = Bool.random(using: &generator) ? .leftToRight : .rightToLeft
        let classes: [Ngatu_V1_ObjectClass] = [.motorbike, .motorbike, .car, .truck, .moving]
        record.passage.objectClass = classes.randomElement(using: &generator) ?? .moving
        record.passage.track = 5_000 + sequence * 2
        record.passage.confidencePercent = UInt32.random(in: 50...99, using: &generator)
        if hasEvidence { record.passage.evidence = [still()] }
        return record
    }

    private mutating func still() -> Ngatu_V1_Evidence {
        var evidence = Ngatu_V1_Evidence()
        evidence.role = .still
        evidence.sha256 = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        evidence.byteCount = UInt64.random(in: 90_000...300_000, using: &generator)
        return evidence
    }
}
