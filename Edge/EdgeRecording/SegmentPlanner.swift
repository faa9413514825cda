/// Decides where a camera's recording is cut: parts, which are written at once, and segments, each a file. Pure.
struct SegmentPlanner: Sendable {
    struct Configuration: Hashable, Sendable {
        /// A part ends at the first picture so long after its first.
        var part: Int64 = 1_000_000_000
        /// A key frame ends a part that has lasted so long: all-intra streams do not get a part a picture.
        var shortestPart: Int64 = 500_000_000
        /// A segment ends at the first key frame so long after its beginning.
        var segment: Int64 = 120_000_000_000
        /// A hole in stream time that ends the segment.
        var longestHole: Int64 = 10_000_000_000
        /// How far the camera's clock may move against stream time within a segment.
        var clockTolerance: Int64 = 1_000_000_000
    }

    /// What is known about the next picture; stream times in nanoseconds.
    struct Picture: Hashable, Sendable {
        var session: Int
        var decode: Int64
        var presentation: Int64
        /// UTC, nanoseconds since 1970.
        var captured: Int64
        var isKey: Bool
        /// Whether the stream's description differs from that of the picture before; only key frames tell.
        var isNewFormat = false
    }

    /// What to do before the picture is taken.
    enum Action: Hashable, Sendable {
        /// Nothing: it belongs to the present part.
        case append
        /// End the part.
        case beginPart
        /// End the segment, if there is one, and begin another.
        case beginSegment
        /// End the segment, if there is one; leave the picture out: nothing can be played from here on before a key frame.
        case skip
    }

    private struct Segment: Sendable {
        var session: Int
        var begin: Int64
        var part: Int64
        var last: Int64
        var clock: Int64
    }

    var configuration = Configuration()
    private var segment: Segment?

    init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    mutating func place(_ picture: Picture) -> Action {
        guard let current = segment, continues(current, picture) else {
            segment = nil
            return picture.isKey ? begin(picture) : .skip
        }
        if picture.isKey && endsHere(current, picture) { return begin(picture) }
        segment?.last = picture.decode
        let length = picture.decode - current.part
        guard length >= configuration.part || (picture.isKey && length >= configuration.shortestPart) else {
            return .append
        }
        segment?.part = picture.decode
        return .beginPart
    }

    /// The segment ended for a reason of the caller's: the next one begins at a key frame.
    mutating func interrupt() { segment = nil }

    private mutating func begin(_ picture: Picture) -> Action {
        segment = Segment(
            session: picture.session, begin: picture.decode, part: picture.decode, last: picture.decode,
            clock: picture.captured - picture.presentation)
        return .beginSegment
    }

    private func continues(_ segment: Segment, _ picture: Picture) -> Bool {
        picture.session == segment.session && picture.decode > segment.last
            && picture.decode - segment.last <= configuration.longestHole
    }

    private func endsHere(_ segment: Segment, _ picture: Picture) -> Bool {
        picture.isNewFormat || picture.decode - segment.begin >= configuration.segment
            || abs(picture.captured - picture.presentation - segment.clock) > configuration.clockTolerance
    }
}
