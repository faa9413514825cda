import EdgeCore
import EventModel
import Foundation

/// The host's clocks at the arrival of a frame.
struct Arrival: Hashable, Sendable {
    /// Nanoseconds of a clock that never jumps.
    var monotonicNanoseconds: Int64
    /// Nanoseconds since 1970 UTC, which jump when somebody sets the host's clock.
    var wallNanoseconds: Int64

    /// Makes an arrival from both clocks.
    init(monotonicNanoseconds: Int64, wallNanoseconds: Int64) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.wallNanoseconds = wallNanoseconds
    }

    /// Now.
    static func now() -> Arrival {
        Arrival(
            monotonicNanoseconds: MonotonicClock.nanoseconds(), wallNanoseconds: MonotonicClock.wallNanoseconds())
    }
}

/// Gives each frame its two times. Pure: the host's clocks come in as arguments.
///
/// Stream time is the time stamp minus the first one (see `StreamTimeline` for stamps that misbehave). UTC of a camera
/// comes from its RTCP sender reports where it sends credible ones; else from the arrival of the least-delayed frames
/// on the host's steady clock plus the host's present wall offset: when the host's clock is set, even by a day, the
/// next frame follows, and stream time does not notice. UTC of a file is its start time plus stream time.
struct StreamClock: Sendable {
    /// What the stream comes from.
    enum Kind: Sendable {
        /// A camera, whose reports are believed as long as they differ from the host's clock by less than this.
        case live(maximumCameraOffset: Duration)
        /// A file whose first frame was taken at this time.
        case file(start: Date)
    }

    private static let reportStep: Int64 = 500_000_000
    private static let wallNoise: Int64 = 1_000_000

    private let kind: Kind
    private var timeline = StreamTimeline()
    private var anchor = ArrivalAnchor()
    private var wallOffset: Int64?
    private var lastArrival: Int64?
    private var reportOffset: Int64?
    private var reportTarget: Int64 = 0

    /// The camera's clock minus the host's, by the newest report of a clock, right or wrong; nil where none came.
    private(set) var cameraOffset: Duration?

    /// Starts with a new session.
    init(kind: Kind) { self.kind = kind }

    /// Takes in what a sender report says: at time stamp `stamp` the camera's clock showed `utc`. Nanoseconds, and
    /// nanoseconds since 1970.
    mutating func report(utc: Int64, stamp: Int64, arrival: Arrival) {
        guard case .live(let limit) = kind else { return }
        let (offset, overflow) = utc.subtractingReportingOverflow(arrival.wallNanoseconds)
        guard !overflow, Self.clockYears.contains(utc), stamp.magnitude < 1 << 60 else { return dropReports() }
        cameraOffset = .nanoseconds(offset)
        guard Self.credibleYears.contains(utc), offset.magnitude <= limit.nanoseconds.magnitude else {
            return dropReports()
        }
        reportTarget = utc - stamp
        let isSmallChange = reportOffset.map { ($0 - reportTarget).magnitude < Self.reportStep.magnitude } ?? false
        if !isSmallChange { reportOffset = reportTarget }
    }

    /// The times of the next packet.
    ///
    /// - Parameter stamp: its time stamp in nanoseconds; nil where it has none.
    mutating func time(stamp: Int64?, arrival: Arrival) -> FrameTime {
        let elapsed = lastArrival.map { max(0, arrival.monotonicNanoseconds - $0) }
        switch kind {
        case .file(let start):
            let presentation = timeline.place(stamp: stamp, elapsed: nil)
            return FrameTime(
                presentation: .nanoseconds(presentation),
                capturedAt: start.addingTimeInterval(Double(presentation) / 1e9), clock: .arrival)
        case .live:
            lastArrival = arrival.monotonicNanoseconds
            return liveTime(timeline.place(stamp: stamp, elapsed: elapsed), arrival, elapsed ?? 0)
        }
    }

    private mutating func liveTime(_ presentation: Int64, _ arrival: Arrival, _ elapsed: Int64) -> FrameTime {
        let zero = anchor.update(presentation: presentation, monotonic: arrival.monotonicNanoseconds)
        let byReport = slewedReport(elapsed).map { $0 + presentation - (timeline.shift ?? 0) }
        let utc = byReport ?? zero + presentation + currentWallOffset(arrival)
        return FrameTime(
            presentation: .nanoseconds(presentation), capturedAt: Date(timeIntervalSince1970: Double(utc) / 1e9),
            clock: byReport == nil ? .arrival : .cameraReport)
    }

    // The two clocks are not read in the same instant: differences below a millisecond are noise.
    private mutating func currentWallOffset(_ arrival: Arrival) -> Int64 {
        let offset = arrival.wallNanoseconds - arrival.monotonicNanoseconds
        if let wallOffset, (wallOffset - offset).magnitude < Self.wallNoise.magnitude { return wallOffset }
        wallOffset = offset
        return offset
    }

    private mutating func slewedReport(_ elapsed: Int64) -> Int64? {
        guard let offset = reportOffset else { return nil }
        let reach = elapsed / 1_000_000 * 500
        reportOffset = offset + min(max(reportTarget - offset, -reach), reach)
        return reportOffset
    }

    private mutating func dropReports() { reportOffset = nil }

    // 1970, in any time zone, to 2100: a clock that was never set. A report of 1900 says that there is no clock.
    private static let clockYears: Range<Int64> = -86_400_000_000_000..<4_102_444_800_000_000_000

    // 2020 to 2100: a camera without a battery starts in 1970 or 2000.
    private static let credibleYears: Range<Int64> = 1_577_836_800_000_000_000..<4_102_444_800_000_000_000
}
