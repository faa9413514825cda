import EdgeCore
import EdgeOutbox
import EdgeRecording
import EventModel
import Foundation

/// The `Clip` record of a film that was cut, or of why there is none, with its files.
struct ClipRecord {
    private(set) var record: Ngatu_V1_Record
    private(set) var files: [EvidenceFile] = []

    /// Pictures of an event beside its moment are taken so far from it.
    static let stillDistance: Duration = .seconds(2)

    /// Why there is no film; nil where there is one.
    var problem: String? { record.clip.problem.isEmpty ? nil : record.clip.problem }

    /// Decodes stills where the packets are at hand: takes a second of processor time and more.
    init(_ outcome: ClipOutcome) {
        let request = outcome.request
        record = Self.makeRecord(camera: request.camera, time: request.time)
        switch request.subject {
        case .alert(let number): record.clip.alert = number
        case .order(let name): record.clip.request = name
        }
        switch outcome.clip {
        case .failure(let error): record.clip.problem = error.detail.shortened
        case .success(let clip):
            record.clock = clip.clock?.wire ?? .host
            add(clip.content, clip.sha256, .clip, "video/mp4", at: clip.begin)
        }
        addStills(of: request, in: outcome.packets)
    }

    /// The answer to an order that cannot be carried out.
    static func refusal(of order: ClipOrder, _ problem: String) -> Ngatu_V1_Record {
        var record = makeRecord(camera: order.camera, time: min(order.from, order.to)..<max(order.from, order.to))
        record.clip.request = order.request
        record.clip.problem = problem
        return record
    }

    private static func makeRecord(camera: CameraID, time: Range<Date>) -> Ngatu_V1_Record {
        var record = Ngatu_V1_Record()
        record.camera = camera.rawValue
        record.timeMicros = time.lowerBound.unixMicroseconds
        record.clock = .host
        record.clip.fromMicros = time.lowerBound.unixMicroseconds
        record.clip.toMicros = time.upperBound.unixMicroseconds
        return record
    }

    /// Before, at and after the moment, and what it is about, large. What cannot be decoded is left out: the film shows it.
    private mutating func addStills(of request: ClipRequest, in packets: [VideoPacket]) {
        guard let moment = request.moment, !packets.isEmpty else { return }
        let times = [moment - Self.stillDistance, moment, moment + Self.stillDistance]
        guard let stills = try? StillDecoder().stills(at: times, in: packets) else { return }
        let encoder = StillEncoder()
        let shown = zip(stills, times).map { still, time in
            // A picture of long before shows nothing of the moment.
            still.flatMap { time - $0.time.presentation < .seconds(1) ? $0 : nil }
        }
        for (still, role) in zip(shown, [Ngatu_V1_EvidenceRole.before, .still, .after]) {
            if let still { add(still, still.image, role, encoder) }
        }
        if let still = shown[1], let box = request.box, let crop = still.image.cropped(to: box.widened) {
            add(still, crop, .crop, encoder)
        }
    }

    private mutating func add(
        _ still: DecodedStill, _ image: PixelBuffer, _ role: Ngatu_V1_EvidenceRole, _ encoder: StillEncoder
    ) {
        guard let picture = try? encoder.encode(image) else { return }
        add(picture.jpeg, picture.sha256, role, "", at: still.time.capturedAt)
    }

    private mutating func add(
        _ content: Data, _ sha256: Data, _ role: Ngatu_V1_EvidenceRole, _ mediaType: String, at time: Date
    ) {
        var evidence = Ngatu_V1_Evidence()
        evidence.role = role
        evidence.sha256 = sha256
        evidence.mediaType = mediaType
        evidence.byteCount = UInt64(content.count)
        evidence.capturedOffsetMicros = time.unixMicroseconds - record.timeMicros
        record.clip.evidence.append(evidence)
        files.append(EvidenceFile(content, sha256: sha256))
    }
}

extension BoundingBox {
    /// With a quarter of its size around it, so that the surroundings can be recognised.
    fileprivate var widened: BoundingBox {
        BoundingBox(x: x - width / 4, y: y - height / 4, width: width * 1.5, height: height * 1.5)
    }
}

extension String {
    /// What a record may carry: records are small.
    fileprivate var shortened: String { count > 100 ? prefix(99) + "…" : self }
}
