import EdgeCore
import EventModel
import Foundation

/// What a camera's ring holds of a span of time beyond its recordings, as parts in memory: the last second, which is not in
/// a file yet, or all of it where nothing is recorded. Pure but for the muxer.
struct RingTail {
    /// Parts that one header plays.
    struct Run {
        var header: Data
        var parts: [(part: RecordedPart, content: Data)] = []
    }

    /// How exactly a recorded part says where it ends.
    private static let rounding = Duration.milliseconds(1)
    /// Beyond this a picture is not shown any more but a hole.
    private static let longestPicture: TimeInterval = 1

    private(set) var runs: [Run] = []

    /// - Parameters:
    ///   - packets: all that the ring holds.
    ///   - last: the newest recorded part of the span.
    init(_ packets: [VideoPacket], after last: RecordedPart?, from: Date, to: Date) throws(RecordingError) {
        guard last.map({ $0.end < to }) ?? true, let start = Self.start(packets, last, from) else { return }
        let wanted = packets[start.index...].prefix { $0.decodedAt < to }
        var rest = wanted
        var key = start.key
        while let first = rest.first {
            guard let count = try append(rest, first, key, start.offset) else { return }
            // What follows is another session or format: it begins at its next key frame.
            rest = rest.dropFirst(count).drop { !$0.isKey }
            guard let next = rest.first else { return }
            key = next
        }
    }

    /// Muxes one run. Nil where nothing of it can be played.
    private mutating func append(
        _ packets: ArraySlice<VideoPacket>, _ first: VideoPacket, _ key: VideoPacket, _ offset: Duration
    ) throws(RecordingError) -> Int? {
        let session = packets.prefix { $0.session == first.session }
        var muxer = try PacketMuxer(from: first, key: key, lateness: PacketMuxer.lateness(session))
        var run = Run(header: muxer.header)
        var count = 0
        for packet in packets {
            guard case .taken(let part) = try muxer.append(packet) else { break }
            if let part { run.append(part, first.session, offset) }
            count += 1
        }
        if let part = try muxer.finish() { run.append(part, first.session, offset) }
        runs.append(run)
        return count > 0 ? count : nil
    }

    /// Where the tail begins, the key frame that its first picture needs, and by how much the recordings' stream times are
    /// beside the ring's.
    private static func start(
        _ packets: [VideoPacket], _ last: RecordedPart?, _ from: Date
    ) -> (index: Int, key: VideoPacket, offset: Duration)? {
        if let last,
            let match = packets.lastIndex(where: { $0.time.capturedAt.unixMicroseconds == last.begin.unixMicroseconds })
        {
            return continuation(packets, match, last)
        }
        let recorded = last?.end ?? .distantPast
        let keys = packets.indices.filter { packets[$0].isKey && packets[$0].time.capturedAt >= recorded }
        let index =
            keys.last { packets[$0].time.capturedAt <= from && reaches(from, packets[$0...]) }
            ?? keys.first { packets[$0].time.capturedAt > from }
        return index.map { ($0, packets[$0], .zero) }
    }

    /// Whether a group of pictures is still being shown at a time.
    private static func reaches(_ time: Date, _ packets: ArraySlice<VideoPacket>) -> Bool {
        guard let key = packets.first else { return false }
        let group = packets.dropFirst().prefix { !$0.isKey && $0.session == key.session }
        return ([key] + group).contains { $0.time.capturedAt.addingTimeInterval(longestPicture) > time }
    }

    private static func continuation(
        _ packets: [VideoPacket], _ match: Int, _ last: RecordedPart
    ) -> (index: Int, key: VideoPacket, offset: Duration)? {
        let recorded = packets[match]
        let end = recorded.decodeTime + last.duration - rounding
        guard let next = packets[match...].firstIndex(where: { $0.session != recorded.session || $0.decodeTime >= end })
        else { return nil }
        guard packets[next].session == recorded.session,
            let key = packets[...next].last(where: { $0.isKey && $0.session == recorded.session })
        else { return packets[next...].firstIndex { $0.isKey }.map { ($0, packets[$0], .zero) } }
        return (next, key, last.streamBegin - recorded.decodeTime)
    }
}

extension RingTail.Run {
    fileprivate mutating func append(_ part: PacketMuxer.Part, _ session: Int, _ offset: Duration) {
        let content =
            ReferenceTime.box(microseconds: part.captured.unixMicroseconds, ticks: part.presentation) + part.content
        let described = RecordedPart(
            file: "", session: session, offset: 0, byteCount: Int64(content.count),
            headerByteCount: Int64(header.count), begin: part.captured, streamBegin: part.streamBegin + offset,
            duration: .nanoseconds(StreamTicks.nanoseconds(ticks: part.duration)), isKey: part.isKey)
        parts.append((described, content))
    }
}

extension RecordedPart {
    /// UTC at which the last picture ends.
    var end: Date { begin.addingTimeInterval(duration.seconds) }
}

extension VideoPacket {
    /// UTC at which it is decoded: rises from packet to packet, unlike the time at which it is shown.
    fileprivate var decodedAt: Date { time.capturedAt.addingTimeInterval((decodeTime - time.presentation).seconds) }
}
