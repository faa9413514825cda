import CollectorDomain
import EventModel
import Foundation

/// Says whether a batch can be taken: pure, before anything is written.
struct BatchRules: Sendable {
    /// 2000-01-01 and 2100-01-01 UTC: a camera without a clock says 1970; nothing here is older than the project.
    static let timeLimits: Range<Int64> = 946_684_800_000_000..<4_102_444_800_000_000
    static let nameByteLimit = 128
    static let evidenceCountLimit = 32

    var evidenceByteLimit: Int64

    /// The first thing wrong, or nil.
    func problem(in batch: Ngatu_V1_Batch) -> (record: Int?, reason: String)? {
        guard batch.epoch > 0, batch.epoch < Int64.max else { return (nil, "epoch \(batch.epoch) is out of range") }
        guard batch.number > 0, batch.number < Int64.max else {
            return (nil, "batch number \(batch.number) is out of range")
        }
        var seen = Set<UInt64>(minimumCapacity: batch.records.count)
        for (index, record) in batch.records.enumerated() {
            if let reason = problem(in: record) { return (index, reason) }
            if !seen.insert(record.sequence).inserted {
                return (index, "sequence \(record.sequence) occurs twice in the batch")
            }
        }
        return nil
    }

    private func problem(in record: Ngatu_V1_Record) -> String? {
        guard record.sequence > 0, record.sequence < Int64.max else {
            return "sequence \(record.sequence) is out of range"
        }
        guard Self.timeLimits.contains(record.timeMicros) else { return "time \(record.timeMicros) is impossible" }
        guard let body = record.body else { return "the record has no body, or one of a newer schema" }
        let isAboutCamera = record.aboutCamera
        guard isAboutCamera || !record.camera.isEmpty ? CameraID(rawValue: record.camera) != nil : true else {
            return "camera: \(CameraID.rule)"
        }
        return problem(in: body) ?? problem(in: record.evidence)
    }

    private func problem(in body: Ngatu_V1_Record.OneOf_Body) -> String? {
        switch body {
        case .passage(let passage):
            guard isName(passage.line) else { return "a passage needs a line of 1 to \(Self.nameByteLimit) bytes" }
            return isText(passage.lane) && isText(passage.plate.text) ? nil : "lane or plate is no plain short text"
        case .securityAlert(let alert):
            guard isName(alert.kind) else { return "an alert needs a kind" }
            return isText(alert.zone) ? nil : "zone is no plain short text"
        case .gap(let gap):
            let isGood = gap.ranges.allSatisfy { $0.first > 0 && $0.first <= $0.last && $0.last < Int64.max }
            return isGood ? nil : "a range of the gap is empty or out of range"
        case .clip(let clip):
            return isText(clip.request) && isText(clip.problem) ? nil : "request or problem is no plain short text"
        case .crowdSample(let sample):
            let isGood = isText(sample.zone) && isText(sample.doubt) && isText(sample.model)
            return isGood ? nil : "zone, doubt or model is no plain short text"
        case .violationCandidate, .flowSample, .cameraHealth, .agentHealth: return nil
        }
    }

    private func problem(in evidence: [Ngatu_V1_Evidence]) -> String? {
        guard evidence.count <= Self.evidenceCountLimit else {
            return "more than \(Self.evidenceCountLimit) evidence files"
        }
        for file in evidence {
            guard file.sha256.count == 32 else { return "an evidence hash is not 32 bytes" }
            guard file.byteCount > 0, file.byteCount <= UInt64(evidenceByteLimit) else {
                return "an evidence file of \(file.byteCount) bytes is not taken"
            }
            guard isMediaType(file.mediaType) else { return "an evidence media type is malformed" }
        }
        return nil
    }

    private func isName(_ text: String) -> Bool { !text.isEmpty && isText(text) }

    // Control characters would be cut off (NUL) or spoil logs.
    private func isText(_ text: String) -> Bool {
        text.utf8.count <= Self.nameByteLimit && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }

    // It becomes a response header.
    private func isMediaType(_ text: String) -> Bool {
        text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || "/+.-".utf8.contains(byte)
            }
    }
}

extension Ngatu_V1_Record {
    /// Whether it must name a camera.
    var aboutCamera: Bool {
        switch body {
        case .agentHealth, .gap, nil: false
        default: true
        }
    }

    /// The files it names.
    var evidence: [Ngatu_V1_Evidence] {
        switch body {
        case .passage(let passage): passage.evidence
        case .securityAlert(let alert): alert.evidence
        case .violationCandidate(let candidate): candidate.evidence
        case .cameraHealth(let health): health.hasStill ? [health.still.asStill] : []
        case .clip(let clip): clip.evidence
        default: []
        }
    }
}

extension Ngatu_V1_Evidence {
    /// The same file with the role `still` where none is given.
    var asStill: Ngatu_V1_Evidence {
        guard role == .unspecified else { return self }
        var still = self
        still.role = .still
        return still
    }

    /// The media type, with the default of the schema.
    var effectiveMediaType: String { mediaType.isEmpty ? "image/jpeg" : mediaType }
}
