import Crypto
import EdgeOutbox
import EventModel
import Foundation
import SwiftProtobuf

/// One numbered record: mostly passages, every tenth a sample, now and then an alert with a picture.
struct LoadRecord {
    let record: Ngatu_V1_Record
    let lane: Lane
    let evidence: [EvidenceFile]

    init(number: UInt64, time: Date, settings: OutboxLoad) {
        var record = Ngatu_V1_Record()
        record.camera = settings.camera
        record.timeMicros = time.unixMicroseconds
        record.clock = .arrival
        if settings.picturesEvery > 0, number.isMultiple(of: UInt64(settings.picturesEvery)) {
            let picture = EvidenceFile(Self.picture(number, byteCount: settings.pictureBytes))
            record.securityAlert = Self.alert(number, time: time, picture)
            self.init(record: record, lane: .alert, evidence: [picture])
        } else if number.isMultiple(of: 10) {
            if settings.padding > 0 {
                record.flowSample = Self.padded(number, byteCount: settings.padding)
            } else {
                record.crowdSample = .with {
                    $0.zone = "square"
                    $0.count = UInt32(truncatingIfNeeded: number)
                }
            }
            self.init(record: record, lane: .sample, evidence: [])
        } else {
            record.passage = Self.passage(number)
            self.init(record: record, lane: .passage, evidence: [])
        }
    }

    private init(record: Ngatu_V1_Record, lane: Lane, evidence: [EvidenceFile]) {
        self.record = record
        self.lane = lane
        self.evidence = evidence
    }

    /// A record as large as wanted: of its kind the collector does not check how long the text is.
    private static func padded(_ number: UInt64, byteCount: Int) -> Ngatu_V1_FlowSample {
        .with { $0.line = noise(number, byteCount: byteCount * 3 / 4).base64EncodedString() }
    }

    private static func passage(_ number: UInt64) -> Ngatu_V1_Passage {
        .with {
            $0.line = "line-\(number % 3)"
            $0.direction = number.isMultiple(of: 2) ? .leftToRight : .rightToLeft
            $0.objectClass = [.motorbike, .car, .truck, .bus][Int(number % 4)]
            $0.track = number
        }
    }

    private static func alert(_ number: UInt64, time: Date, _ picture: EvidenceFile) -> Ngatu_V1_SecurityAlert {
        .with {
            $0.kind = "intrusion"
            $0.severity = .warning
            $0.zone = "yard"
            $0.phase = .opened
            $0.alert = number
            $0.track = number
            $0.fromMicros = time.unixMicroseconds
            $0.evidence = [
                .with {
                    $0.role = .still
                    $0.sha256 = picture.sha256
                    $0.byteCount = UInt64(picture.content.count)
                }
            ]
        }
    }

    /// The bytes that begin a JPEG, then noise of the number.
    private static func picture(_ number: UInt64, byteCount: Int) -> Data {
        Data([0xff, 0xd8, 0xff, 0xe0]) + noise(number, byteCount: byteCount)
    }

    /// Bytes that do not pack, the same for the same number: SHA-256 of it, of that, and so on.
    private static func noise(_ number: UInt64, byteCount: Int) -> Data {
        var bytes = Data("\(number)".utf8)
        var noise = Data()
        while noise.count < byteCount {
            bytes = Data(SHA256.hash(data: bytes))
            noise += bytes
        }
        return noise.prefix(byteCount)
    }
}
