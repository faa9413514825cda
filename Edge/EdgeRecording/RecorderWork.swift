import EdgeCore
import EventModel
import Foundation
import Logging

/// What a recorder does with each picture. Belongs to the recorder's thread.
struct RecorderWork {
    /// So long without a picture ends the segment.
    private static let patience = Duration.seconds(10)

    private let camera: CameraID
    private let index: RecordingIndex
    private let configuration: Recorder.Configuration
    private let disk: Disk
    private let state: RecorderState
    private let logger: Logger
    private var planner: SegmentPlanner
    private var describer = StreamDescriber()
    private var description: StreamDescription?
    private var segment: SegmentRecording?
    private var retryAt: ContinuousClock.Instant?
    private var lastPicture = ContinuousClock.now
    /// How much later than decoded pictures have to be shown: from the session's last segment.
    private var shift: (session: Int, nanoseconds: Int64) = (0, 0)

    init(
        camera: CameraID, index: RecordingIndex, configuration: Recorder.Configuration, disk: Disk,
        state: RecorderState, logger: Logger
    ) {
        (self.camera, self.index, self.configuration) = (camera, index, configuration)
        (self.disk, self.state, self.logger) = (disk, state, logger)
        var cuts = SegmentPlanner.Configuration()
        cuts.part = configuration.part.wholeNanoseconds
        cuts.shortestPart = cuts.part / 2
        cuts.segment = configuration.segment.wholeNanoseconds
        planner = SegmentPlanner(configuration: cuts)
    }

    mutating func take(_ packet: VideoPacket) {
        lastPicture = .now
        do throws(RecordingError) {
            if let retryAt, ContinuousClock.now < retryAt { return skip() }
            let isNewFormat = try describe(packet)
            let action = planner.place(Self.picture(packet, isNewFormat))
            if action != .append { try endPart(before: action == .beginPart ? packet : nil) }
            switch action {
            case .append, .beginPart: break
            case .beginSegment: try begin(packet)
            case .skip:
                endSegment()
                return skip()
            }
            try segment?.append(packet)
        } catch { fail(error) }
    }

    /// The ring forgot pictures: nothing can be played before the next key frame.
    mutating func miss(_ count: Int) {
        end()
        planner.interrupt()
        state.update { $0.missedPacketCount += UInt64(max(0, count)) }
        logger.warning("recording fell behind", metadata: ["packets.missed": "\(count)"])
    }

    /// Nothing came for a while: what is there goes to the disk. A camera that stays silent ends its segment, for
    /// retention never deletes an open one; the next begins at a key frame.
    mutating func pause(now: ContinuousClock.Instant = .now) {
        do throws(RecordingError) {
            try endPart(before: nil)
        } catch { return fail(error) }
        guard segment != nil, now - lastPicture >= Self.patience else { return }
        endSegment()
        planner.interrupt()
    }

    mutating func end() {
        pause()
        endSegment()
    }

    private mutating func describe(_ packet: VideoPacket) throws(RecordingError) -> Bool {
        guard packet.isKey else { return false }
        let new = try describer.describe(packet)
        defer { description = new }
        return description != nil && description != new
    }

    private mutating func begin(_ packet: VideoPacket) throws(RecordingError) {
        endSegment()
        guard let description else { return }
        segment = try SegmentRecording(
            packet, description, camera: camera, index: index, disk: disk,
            recordingClass: configuration.recordingClass, shift: shift.session == packet.session ? shift.nanoseconds : 0
        )
        shift = (packet.session, 0)
        state.update { $0.segmentCount += 1 }
    }

    private mutating func endSegment() {
        if let segment {
            shift.nanoseconds = segment.lateness > 1_000_000 ? segment.lateness : 0
            segment.close()
        }
        segment = nil
        state.update { $0.isRecording = false }
    }

    private mutating func fail(_ error: RecordingError) {
        let file = segment?.name
        endSegment()
        // Deleted or changed by somebody else: the index learns what is left of it.
        if error.kind == .damaged, let file { try? index.recheck(file) }
        planner.interrupt()
        retryAt = .now + configuration.retry
        let isNews = state.status.problem != error.detail
        state.update { $0.problem = error.detail }
        skip()
        if isNews { logger.error("recording failed", metadata: ["error": "\(error)"]) }
    }

    private func skip() { state.update { $0.skippedPacketCount += 1 } }

    /// Puts the present part on the disk.
    private mutating func endPart(before next: VideoPacket?) throws(RecordingError) {
        guard let byteCount = try segment?.endPart(before: next), byteCount > 0 else { return }
        if state.status.problem != nil { logger.notice("recording again") }
        retryAt = nil
        state.update { status in
            status.problem = nil
            status.isRecording = true
            status.partCount += 1
            status.byteCount += UInt64(byteCount)
        }
    }

    private static func picture(_ packet: VideoPacket, _ isNewFormat: Bool) -> SegmentPlanner.Picture {
        SegmentPlanner.Picture(
            session: packet.session, decode: packet.decodeTime.wholeNanoseconds,
            presentation: packet.time.presentation.wholeNanoseconds,
            captured: min(max(packet.time.capturedAt.unixMicroseconds, 0), 1 << 52) * 1000,
            isKey: packet.isKey, isNewFormat: isNewFormat)
    }
}
