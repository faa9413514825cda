import Crypto
public import EdgeCore
public import EventModel
public import Foundation

/// A playable MP4 out of recorded parts: one header, then the parts as they lie on disk but for their times, which run
/// on from part to part. Bytes can be asked for in any order, as HTTP ranges are.
///
/// Reads files on the caller's thread.
public struct PlaybackStream: Sendable {
    /// One part on the stream's time line.
    private struct Item: Sendable {
        var part: RecordedPart
        /// Its bytes where it is in no file.
        var content: Data?
        /// Where its bytes lie in the stream.
        var offset: Int64
        /// Ticks from the stream's beginning.
        var time: Int64
        var number: UInt32
    }

    private let folder: String
    private let header: Data
    private var items: [Item] = []

    /// Size of the whole stream.
    public private(set) var byteCount: Int64
    /// UTC of the first picture.
    public let begin: Date
    /// From the first picture to the end of the last.
    public private(set) var duration: Duration = .zero

    /// One stream for each run of parts that one player can go through: a changed format begins another.
    ///
    /// - Parameter parts: of one camera, oldest first, as ``RecordingIndex/parts(camera:from:to:)`` gives them; those
    ///   whose file is gone meanwhile are left out.
    public static func streams(of parts: [RecordedPart], in folder: String) -> [PlaybackStream] {
        var streams: [PlaybackStream] = []
        var header: (file: String, bytes: Data?)?
        for part in parts {
            if header?.file != part.file { header = (part.file, try? Self.header(part, folder)) }  // gone: left out
            guard let bytes = header?.bytes else { continue }
            if streams.last?.header != bytes {
                streams.append(PlaybackStream(folder: folder, header: bytes, begin: part.begin))
            }
            streams[streams.count - 1].append(part)
        }
        return streams
    }

    /// The same with what the camera's ring holds beyond its recordings: the last second, which is in no file yet, or all of
    /// the span where nothing is recorded.
    ///
    /// - Parameter index: nil where nothing is recorded.
    /// - Throws: ``RecordingError``; `unsupported` where MP4 does not take what is in the ring.
    public static func streams(
        camera: CameraID, index: RecordingIndex?, ring: PacketRing, from: Date, to: Date
    ) throws(RecordingError) -> [PlaybackStream] {
        let parts = try index?.parts(camera: camera, from: from, to: to) ?? []
        let tail = try RingTail(ring.snapshot(), after: parts.last, from: from, to: to)
        let folder = index?.folder ?? ""
        var streams = streams(of: parts, in: folder)
        for run in tail.runs {
            if streams.last?.header != run.header, let first = run.parts.first {
                streams.append(PlaybackStream(folder: folder, header: run.header, begin: first.part.begin))
            }
            for (part, content) in run.parts { streams[streams.count - 1].append(part, content: content) }
        }
        return streams
    }

    private init(folder: String, header: Data, begin: Date) {
        (self.folder, self.header, self.begin) = (folder, header, begin)
        byteCount = Int64(header.count)
    }

    private mutating func append(_ part: RecordedPart, content: Data? = nil) {
        let time = items.last.map { Self.time(of: part, after: $0) } ?? 0
        items.append(
            Item(
                part: part, content: content, offset: byteCount, time: time, number: UInt32(clamping: items.count + 1)))
        byteCount += part.byteCount
        duration = .nanoseconds(StreamTicks.nanoseconds(ticks: time)) + part.duration
    }

    /// Within a session stream time says how parts follow each other, else UTC; never before the end of the last one.
    private static func time(of part: RecordedPart, after last: Item) -> Int64 {
        let end = last.time + StreamTicks.ticks(nanoseconds: last.part.duration.wholeNanoseconds)
        let byClock: Duration = .microseconds(part.begin.unixMicroseconds - last.part.begin.unixMicroseconds)
        let byStream = part.streamBegin - last.part.streamBegin
        // An agent that starts again counts its sessions from 1 again: then the two disagree.
        let isOneSession = part.session == last.part.session && abs((byStream - byClock).seconds) < 1
        let apart = isOneSession ? byStream : byClock
        return max(end, last.time + StreamTicks.ticks(nanoseconds: apart.wholeNanoseconds))
    }

    /// At most `count` bytes from an offset; fewer at the end of the stream.
    ///
    /// - Throws: ``RecordingError`` of kind `storage` where a file is gone or shorter than the index says.
    public func read(from offset: Int64, count: Int) throws(RecordingError) -> Data {
        let end = min(byteCount, offset + Int64(max(0, count)))
        guard offset >= 0, offset < end else { return Data() }
        var result = Data()
        if offset < header.count { result = header.subdata(in: Int(offset)..<Int(min(end, Int64(header.count)))) }
        var index = Self.firstIndex(items, offset)
        while index < items.count, items[index].offset < end {
            let item = items[index]
            let bytes = try Self.bytes(item, folder)
            let range = max(0, offset - item.offset)..<min(item.part.byteCount, end - item.offset)
            result.append(bytes.subdata(in: Int(range.lowerBound)..<Int(range.upperBound)))
            index += 1
        }
        return result
    }

    /// The bytes from an offset to the end of the part that it lies in; the header goes with the first. Who reads a stream
    /// piece by piece reads each part once. Empty at the end of the stream.
    ///
    /// - Throws: as ``read(from:count:)``.
    public func piece(from offset: Int64) throws(RecordingError) -> Data {
        let index = Self.firstIndex(items, offset)
        guard index < items.count else { return Data() }
        return try read(from: offset, count: Int(items[index].offset + items[index].part.byteCount - offset))
    }

    /// Names the stream's bytes: equal for equal parts, 32 hexadecimal digits.
    public var contentTag: String {
        var hash = SHA256()
        hash.update(data: header)
        for item in items {
            var line = Data("\(item.part.file) \(item.part.offset) \(item.part.byteCount) \(item.time)\n".utf8)
            if let content = item.content { line.append(contentsOf: SHA256.hash(data: content)) }
            hash.update(data: line)
        }
        return String(Data(hash.finalize()).hexadecimalDigits.prefix(32))
    }

    /// The first item that reaches beyond an offset.
    private static func firstIndex(_ items: [Item], _ offset: Int64) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].offset + items[middle].part.byteCount > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func header(_ part: RecordedPart, _ folder: String) throws(RecordingError) -> Data {
        try bytes(part.file, 0, Int(part.headerByteCount), folder)
    }

    /// The part with the stream's times in it.
    private static func bytes(_ item: Item, _ folder: String) throws(RecordingError) -> Data {
        var data: Data
        if let content = item.content {
            data = content
        } else {
            data = try bytes(item.part.file, item.part.offset, Int(item.part.byteCount), folder)
        }
        let moof = ReferenceTime.byteCount
        guard let size = MP4Bytes(data).int(moof), moof + size <= data.count,
            let header = FragmentHeader(data.subdata(in: moof..<moof + size))
        else { throw RecordingError(.damaged, "\(item.part.file) is broken at byte \(item.part.offset)") }
        data.replaceBigEndian(item.number, at: moof + header.numberOffset)
        data.replaceBigEndian(item.time, at: moof + header.decodeOffset)
        data.replaceBigEndian(item.time, at: ReferenceTime.ticksOffset)
        return data
    }

    private static func bytes(
        _ file: String, _ offset: Int64, _ count: Int, _ folder: String
    ) throws(RecordingError) -> Data {
        let path = folder + "/" + file
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", path) }
        defer { close(descriptor) }
        var data = Data(count: count)
        var done = 0
        while done < count {
            let got = data.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset) + done)
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw .system("read", path, got < 0 ? errno : EIO) }
            done += got
        }
        return data
    }
}
