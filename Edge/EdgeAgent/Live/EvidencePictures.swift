import EdgeCore
import EdgeOutbox
import EdgeRecording
import EventModel
import Foundation
import Logging

/// Makes the stills of a camera's findings at full quality. One thread.
///
/// Where the analysed picture is the camera's best, it is taken as it is. Where it was decoded the cheap way, or a smaller
/// stream is analysed, the picture of the same moment is decoded out of the main stream's last seconds, which costs the
/// time of half a group of pictures: alerts always get it, passages as long as ``StillBudget`` lasts, and then the
/// analysed picture.
struct EvidencePictures: ~Copyable {
    /// What a still is for.
    enum Purpose {
        case alert, passage
        /// For people who want to see what the camera shows.
        case view
    }

    private let camera: CameraID
    /// Of the main stream.
    private let ring: PacketRing
    private let encoder = StillEncoder()
    private var budget = StillBudget()
    private var newest: (frame: Int, session: Int, purpose: Purpose, still: Still)?
    private let logger: Logger

    /// - Parameter ring: of the camera's main stream.
    init(camera: CameraID, ring: PacketRing) {
        self.camera = camera
        self.ring = ring
        var logger = Logger(label: "ngatu.analysis")
        logger[metadataKey: "camera.id"] = "\(camera)"
        self.logger = logger
    }

    /// The still of a frame, made once however many findings want it. A picture that cannot be encoded costs the finding
    /// its still, never the finding.
    mutating func still(of frame: Frame, _ purpose: Purpose) -> Still? {
        if let newest, newest.frame == frame.index, newest.session == frame.session,
            purpose != .alert || newest.purpose == .alert
        {
            return newest.still
        }
        do throws(StillError) {
            let still = try encoder.encode(mainPicture(of: frame, purpose) ?? frame.image)
            newest = (frame.index, frame.session, purpose, still)
            return still
        } catch {
            logger.error("still not made", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Pixels of the pictures that people see.
    func size(with frame: Frame) -> FrameSize { newest?.still.size ?? frame.size }

    /// What the film of an alert is cut from.
    func request(_ finding: Finding, _ frame: Frame, _ maker: RecordMaker) -> ClipRequest {
        let box = finding.subjects.first.map { maker.scaled($0.box) }
        let newest = ring.newest
        var moment = finding.time
        if frame.isOfSubstream, let newest {
            // Two clocks cannot be compared: what the main stream shows now is nearest then.
            let isOneClock = newest.time.clock == finding.time.clock
            moment = isOneClock ? newest.time.moved(to: finding.time.capturedAt) : newest.time
        }
        return ClipRequest(
            subject: .alert(finding.situation), camera: camera,
            session: frame.isOfSubstream ? newest?.session ?? 0 : frame.session, moment: moment, box: box)
    }

    /// Where the moment of a frame lies in the main stream; nil where the clocks of the two streams differ in kind.
    private func place(of frame: Frame) -> (session: Int, moment: Duration)? {
        if !frame.isOfSubstream { return (frame.session, frame.time.presentation) }
        guard let newest = ring.newest, newest.time.clock == frame.time.clock else { return nil }
        return (newest.session, newest.time.presentation(at: frame.time.capturedAt))
    }

    /// Sessions of a second stream are counted from here: apart from those of the main stream.
    static let substreamSessions = 1_000_001

    /// Nil where the frame is as good, or the main stream has no picture of that moment.
    private mutating func mainPicture(of frame: Frame, _ purpose: Purpose) -> PixelBuffer? {
        guard frame.isRough || frame.isOfSubstream,
            let (session, moment) = place(of: frame), purpose == .alert || budget.isLeft(at: .now)
        else { return nil }
        let before = ProcessUsage.threadCPUTime
        defer { budget.spend(ProcessUsage.threadCPUTime - before) }
        // Some pictures more: those of a stream with B-frames come out late.
        let packets = ring.packets(of: session, from: moment, to: moment + .milliseconds(300))
        let stills = try? StillDecoder().stills(at: [moment], in: packets)  // else the analysed picture does
        guard let still = stills?.first ?? nil, moment - still.time.presentation < .seconds(1) else { return nil }
        return still.image.size.width >= frame.size.width ? still.image : nil
    }
}

/// How much processor time of a camera may go into stills that could be had cheaper: an average, saved up for bursts.
/// Pure.
struct StillBudget: Hashable, Sendable {
    /// Of one core.
    static let share = 0.01
    /// Saved up at most.
    static let most: Duration = .milliseconds(400)

    private var balance = StillBudget.most
    private var filledAt: ContinuousClock.Instant?

    /// Whether another still may be made.
    mutating func isLeft(at now: ContinuousClock.Instant) -> Bool {
        let gain = filledAt.map { (now - $0) * Self.share } ?? .zero
        balance = min(Self.most, balance + max(.zero, gain))
        filledAt = now
        return balance > .zero
    }

    /// What one took.
    mutating func spend(_ time: Duration) { balance -= time }
}

extension Frame {
    /// Whether it comes from the camera's second stream.
    fileprivate var isOfSubstream: Bool { session >= EvidencePictures.substreamSessions }
}

extension FrameTime {
    /// The same clocks at another moment in UTC.
    fileprivate func moved(to date: Date) -> FrameTime {
        FrameTime(presentation: presentation(at: date), capturedAt: date, clock: clock)
    }
}

extension Still {
    /// The picture as a record names it.
    var wire: Ngatu_V1_Evidence {
        var evidence = Ngatu_V1_Evidence()
        evidence.role = .still
        evidence.sha256 = sha256
        evidence.byteCount = UInt64(jpeg.count)
        return evidence
    }
}

extension Still? {
    /// What the outbox stores of it: one file, or none.
    var files: [EvidenceFile] { map { [EvidenceFile($0.jpeg, sha256: $0.sha256)] } ?? [] }
}
