import EdgeCore
import EventModel
import Foundation

/// Looks at a stream for some seconds and reports what it really is.
public enum StreamProbe {
    /// Connects, reads for `seconds` (of real time for a camera, of stream time for a file) and reports. Blocks.
    ///
    /// - Throws: ``CaptureError`` when not a single picture came. A stream that breaks later gives a shorter sample.
    public static func probe(_ source: CaptureSource, for seconds: Duration = .seconds(10)) throws(CaptureError)
        -> StreamReport
    {
        let start = MonotonicClock.nanoseconds()
        var source = source
        source.acceptsAudio = true
        let reader = try FrameReader(source: source)
        let tally = ProbeTally(isLive: source.locator.isLive)
        reader.onAccessUnit = { tally.add($0) }
        guard let first = try reader.next() else {
            throw CaptureError(
                kind: .unsupported, camera: source.camera, operation: "probe",
                reason: "\(source.locator): there is not a single whole picture in it")
        }
        tally.firstFrameSeconds = Double(MonotonicClock.nanoseconds() - start) / 1e9
        tally.add(first.time)
        read(reader, into: tally, isLive: source.locator.isLive, limit: seconds)
        return tally.report(source, reader)
    }

    private static func read(
        _ reader: FrameReader, into tally: ProbeTally, isLive: Bool, limit: Duration
    ) {
        let begin = MonotonicClock.nanoseconds()
        // A failure after the first picture ends the sample; what was measured until then is still worth reporting.
        while let frame = try? reader.next() {
            tally.add(frame.time)
            let elapsed =
                isLive ? .nanoseconds(MonotonicClock.nanoseconds() - begin) : frame.time.presentation
            if elapsed >= limit { return }
        }
    }
}

/// One compressed picture as it came in.
struct AccessUnit {
    /// Presentation time stamp in nanoseconds; nil where it has none.
    var stamp: Int64?
    /// Decoding time stamp in nanoseconds; nil where it has none.
    var decodeStamp: Int64?
    var isKey: Bool
    var byteCount: Int
}

/// What a probe adds up. A class, because reader and probe both add to it.
final class ProbeTally {
    var firstFrameSeconds = 0.0
    private var lastDecodeStamp: Int64?
    private var lastKey: Int64?
    private var longestGOP: Int64?
    private var firstStamp: Int64?
    private var lastStamp: Int64?
    private var byteCount = 0
    private var timesAreMonotonic = true
    private var firstFrame: FrameTime?
    private var lastFrame: FrameTime?
    private var frameCount = 0
    private let isLive: Bool
    private var jumps = 0
    private var before: (stamp: Int64, arrival: Int64)?
    /// Distances of pictures in the order in which they are shown, in seconds.
    private var distances: [Double] = []

    init(isLive: Bool) { self.isLive = isLive }

    func add(_ unit: AccessUnit) {
        byteCount += unit.byteCount
        if let stamp = unit.decodeStamp {
            if let lastDecodeStamp, stamp <= lastDecodeStamp { timesAreMonotonic = false }
            lastDecodeStamp = stamp
        }
        guard let stamp = unit.stamp else { return }
        noteJump(stamp)
        firstStamp = min(firstStamp ?? stamp, stamp)
        lastStamp = max(lastStamp ?? stamp, stamp)
        guard unit.isKey else { return }
        if let lastKey { longestGOP = max(longestGOP ?? 0, stamp - lastKey) }
        lastKey = stamp
    }

    /// A camera's stamps keep step with real time; those of a file have no real time to keep step with.
    private func noteJump(_ stamp: Int64) {
        let now = MonotonicClock.nanoseconds()
        defer { before = (stamp, now) }
        guard let before else { return }
        let (advance, overflow) = stamp.subtractingReportingOverflow(before.stamp)
        let ahead = isLive ? advance - (now - before.arrival) : advance - 9_000_000_000
        if overflow || advance < -1_000_000_000 || ahead > 1_000_000_000 { jumps += 1 }
    }

    func add(_ time: FrameTime) {
        if let lastFrame { distances.append((time.presentation - lastFrame.presentation).seconds) }
        firstFrame = firstFrame ?? time
        lastFrame = time
        frameCount += 1
    }

    func report(_ source: CaptureSource, _ reader: FrameReader) -> StreamReport {
        let info = reader.streamInfo
        var report = StreamReport(
            url: source.locator.description, codec: info.codec, width: info.size?.width ?? 0,
            height: info.size?.height ?? 0, framesPerSecond: framesPerSecond,
            declaredFramesPerSecond: info.declaredFramesPerSecond, gopSeconds: longestGOP.map { Double($0) / 1e9 },
            bFrames: info.hasBFrames, clock: lastFrame?.clock ?? .arrival,
            cameraClockOffsetSeconds: reader.cameraOffset?.seconds, firstFrameSeconds: firstFrameSeconds,
            bitsPerSecond: bitsPerSecond, timesAreMonotonic: timesAreMonotonic, rateVaries: rateVaries,
            timeJumps: jumps, audioCodecs: reader.audioCodecs,
            describesItself: info.openedFromDescription, framesDecoded: reader.counters.framesDecoded,
            decodeErrors: reader.counters.decodeErrors, warnings: [])
        report.warnings = report.advice(isLive: source.locator.isLive)
        return report
    }

    private var framesPerSecond: Double {
        guard let firstFrame, let lastFrame, frameCount > 1 else { return 0 }
        return Double(frameCount - 1) / (lastFrame.presentation - firstFrame.presentation).seconds
    }

    /// One in ten pictures comes half a distance too early or too late.
    private var rateVaries: Bool {
        guard distances.count >= 10 else { return false }
        let usual = distances.sorted()[distances.count / 2]
        return distances.count { abs($0 - usual) > usual / 2 } * 10 > distances.count
    }

    private var bitsPerSecond: Double? {
        guard let firstStamp, let lastStamp, lastStamp - firstStamp > 500_000_000 else { return nil }
        return Double(byteCount) * 8 / (Double(lastStamp - firstStamp) / 1e9)
    }
}
