import EdgeRecording
import Foundation

/// What is recorded of a span of time, and what not. Pure.
struct RecordingTimeLine: Hashable, Encodable, Sendable {
    /// Recorded without a gap, all for one reason.
    struct Span: Hashable, Encodable, Sendable {
        var from: Date
        var until: Date
        /// `continuous`, `motion`, `evidence` or `locked`.
        var recordingClass: String

        private enum CodingKeys: String, CodingKey {
            case from, until
            case recordingClass = "class"
        }
    }

    /// Not recorded.
    struct Gap: Hashable, Encodable, Sendable {
        var from: Date
        var until: Date
    }

    /// Files of a session that follow each other are a little apart, and the newest second is in no file yet.
    private static let tolerance: TimeInterval = 3

    private(set) var spans: [Span] = []
    private(set) var gaps: [Gap] = []

    /// - Parameters:
    ///   - segments: that overlap the span, oldest first.
    ///   - now: what lies behind it is no gap.
    init(_ segments: [SegmentSummary], in span: TimeSpan, now: Date) {
        var covered = span.from
        for segment in segments {
            let (begin, end) = (max(segment.begin, covered), min(segment.end, span.to))
            guard begin < end else { continue }
            noteGap(covered, begin)
            add(begin, end, "\(segment.recordingClass)")
            covered = end
        }
        noteGap(covered, min(span.to, now))
    }

    private mutating func noteGap(_ from: Date, _ until: Date) {
        if until.timeIntervalSince(from) > Self.tolerance { gaps.append(Gap(from: from, until: until)) }
    }

    private mutating func add(_ from: Date, _ until: Date, _ recordingClass: String) {
        if let last = spans.last, last.recordingClass == recordingClass,
            from.timeIntervalSince(last.until) <= Self.tolerance
        {
            spans[spans.count - 1].until = until
        } else {
            spans.append(Span(from: from, until: until, recordingClass: recordingClass))
        }
    }
}
