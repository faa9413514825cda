import EdgeCore
import EdgeRules
import EventModel
import Foundation
import SwiftProtobuf

/// Turns what rules found into records for the wire. Pure.
struct RecordMaker {
    var camera: CameraID
    private var across = 1.0
    private var down = 1.0

    /// - Parameter camera: whose records.
    init(camera: CameraID) { self.camera = camera }

    /// From now on boxes are those of a picture of another size than the analysed one.
    mutating func scale(from analysed: FrameSize, to shown: FrameSize) {
        guard analysed.width > 0, analysed.height > 0 else { return }
        across = Double(shown.width) / Double(analysed.width)
        down = Double(shown.height) / Double(analysed.height)
    }

    /// A box in the picture that people see.
    func scaled(_ box: BoundingBox) -> BoundingBox {
        BoundingBox(x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down)
    }

    /// A record of a finding, without a sequence: the outbox numbers it.
    func record(of finding: Finding, evidence: Ngatu_V1_Evidence?) -> Ngatu_V1_Record {
        var record = Ngatu_V1_Record()
        record.camera = camera.rawValue
        record.timeMicros = finding.time.capturedAt.unixMicroseconds
        record.clock = finding.time.clock.wire
        switch finding.kind {
        case .lineCrossing(let line, let direction):
            record.timeMicros = micros(of: finding.interval.upperBound, in: finding)
            let still = dated(evidence, finding, from: record.timeMicros)
            record.passage = passage(line: line, direction: direction, finding: finding, evidence: still)
        case .security(let kind, let zone, let phase, let severity):
            record.securityAlert = alert(
                finding, kind, zone: zone, phase: phase, severity: severity, evidence: evidence)
        }
        return record
    }

    /// The still's time counts from the record's: a crossing lies a little before the frame at which it was decided.
    private func dated(_ evidence: Ngatu_V1_Evidence?, _ finding: Finding, from recordMicros: Int64)
        -> Ngatu_V1_Evidence?
    {
        guard var evidence else { return nil }
        evidence.capturedOffsetMicros = finding.time.capturedAt.unixMicroseconds - recordMicros
        return evidence
    }

    /// A record of one minute at one line.
    func record(of flow: LineFlow) -> Ngatu_V1_Record {
        var record = Ngatu_V1_Record()
        record.camera = camera.rawValue
        record.timeMicros = flow.minute.unixMicroseconds
        record.clock = .host
        record.flowSample.line = flow.line
        record.flowSample.seconds = UInt32(clamping: flow.watchedSeconds)
        record.flowSample.counts = flow.counts.map { key, count in
            var entry = Ngatu_V1_FlowSample.Count()
            entry.direction = key.direction.wire
            entry.objectClass = key.label.wire
            entry.count = UInt32(clamping: count)
            return entry
        }
        return record
    }

    /// A record of one minute in one crowd zone.
    func record(of crowd: CrowdMinute) -> Ngatu_V1_Record {
        var record = Ngatu_V1_Record()
        record.camera = camera.rawValue
        record.timeMicros = crowd.minute.unixMicroseconds
        record.clock = .host
        record.crowdSample = .with {
            $0.zone = crowd.zone
            $0.count = UInt32(clamping: crowd.people.count)
            $0.low = UInt32(clamping: crowd.people.low)
            $0.high = UInt32(clamping: crowd.people.high)
            if let growth = crowd.growth { $0.growth = Int32(growth.rounded().clamped(to: -100_000...100_000)) }
            $0.doubt = crowd.people.doubt?.rawValue ?? ""
            $0.looks = UInt32(clamping: crowd.looks)
            $0.model = crowd.model.rawValue
        }
        return record
    }

    private func passage(
        line: String, direction: CrossingDirection, finding: Finding, evidence: Ngatu_V1_Evidence?
    ) -> Ngatu_V1_Passage {
        var passage = Ngatu_V1_Passage()
        passage.line = line
        passage.direction = direction.wire
        if let subject = finding.subjects.first {
            passage.objectClass = subject.label.wire
            passage.track = subject.id.rawValue
            passage.model = subject.namedBy.rawValue
            passage.confidencePercent = UInt32((subject.confidence * 100).rounded().clamped(to: 0...100))
        }
        passage.evidence = evidence.map { [$0] } ?? []
        return passage
    }

    private func alert(
        _ finding: Finding, _ kind: SecurityKind, zone: String, phase: AlertPhase, severity: AlertSeverity,
        evidence: Ngatu_V1_Evidence?
    ) -> Ngatu_V1_SecurityAlert {
        var alert = Ngatu_V1_SecurityAlert()
        alert.kind = kind.rawValue
        alert.severity = severity.wire
        alert.zone = zone
        alert.phase = phase.wire
        alert.alert = finding.situation
        alert.fromMicros = micros(of: finding.interval.lowerBound, in: finding)
        alert.toMicros = phase == .ended ? micros(of: finding.interval.upperBound, in: finding) : 0
        if let subject = finding.subjects.first {
            alert.track = subject.id.rawValue
            alert.model = subject.namedBy.rawValue
            alert.objectClass = subject.label.wire
            alert.box = scaled(subject.box).wire
        }
        alert.evidence = evidence.map { [$0] } ?? []
        return alert
    }

    /// UTC of a stream time, by the frame at which the rule decided.
    private func micros(of moment: Duration, in finding: Finding) -> Int64 {
        let offset = (moment - finding.time.presentation).seconds
        return finding.time.capturedAt.addingTimeInterval(offset).unixMicroseconds
    }
}

extension BoundingBox {
    /// Whole pixels, as records carry them.
    var wire: Ngatu_V1_Box {
        var box = Ngatu_V1_Box()
        box.x = Int32(x.rounded().clamped(to: -100_000...100_000))
        box.y = Int32(y.rounded().clamped(to: -100_000...100_000))
        box.width = UInt32(width.rounded().clamped(to: 0...100_000))
        box.height = UInt32(height.rounded().clamped(to: 0...100_000))
        return box
    }
}

extension Comparable {
    /// The nearest value within the range.
    func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
