public import EventModel
public import Foundation

/// Why a recording is kept, in rising order; retention has a limit for each.
public enum RecordingClass: Int, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Nothing is known to have happened.
    case continuous = 0
    /// Something moved.
    case motion = 1
    /// An event's record points here.
    case evidence = 2
    /// A person has locked it: never deleted before it is unlocked.
    case locked = 3

    /// By importance.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One recorded file, for time lines and retention.
public struct SegmentSummary: Hashable, Sendable {
    /// Its path under the recordings' folder.
    public var file: String
    /// Whose pictures it holds.
    public var camera: CameraID
    /// The connection that its stream times belong to.
    public var session: Int
    /// UTC of its first picture.
    public var begin: Date
    /// UTC at which its last picture ends.
    public var end: Date
    /// Size on disk.
    public var byteCount: Int64
    /// Why it is kept.
    public var recordingClass: RecordingClass
    /// Still being written.
    public var isOpen: Bool

    /// Makes a summary.
    public init(
        file: String, camera: CameraID, session: Int, begin: Date, end: Date, byteCount: Int64,
        recordingClass: RecordingClass, isOpen: Bool = false
    ) {
        self.file = file
        self.camera = camera
        self.session = session
        self.begin = begin
        self.end = end
        self.byteCount = byteCount
        self.recordingClass = recordingClass
        self.isOpen = isOpen
    }
}

/// What is kept of one camera, with whatever gaps.
public struct RecordedExtent: Hashable, Sendable {
    /// UTC of the oldest picture.
    public var begin: Date
    /// UTC at which the newest picture ends.
    public var end: Date
    /// Size on disk.
    public var byteCount: Int64
}

/// About one second of recorded video: a `moof` and its `mdat` at a known place.
public struct RecordedPart: Hashable, Sendable {
    /// The file's path under the recordings' folder.
    public var file: String
    /// The connection that the stream times belong to.
    public var session: Int
    /// Bytes from the file's beginning.
    public var offset: Int64
    /// Size.
    public var byteCount: Int64
    /// Size of the header (`ftyp`, `moov`) at the file's beginning, which a player needs first.
    public var headerByteCount: Int64
    /// UTC of the first picture.
    public var begin: Date
    /// Stream time at which the first picture is decoded.
    public var streamBegin: Duration
    /// From the first picture to the end of the last.
    public var duration: Duration
    /// Playing can begin here.
    public var isKey: Bool
}

/// One row of the index: a file and all its parts.
struct RecordedSegment: Hashable, Sendable {
    var file: String
    var note: SegmentNote
    var headerByteCount: Int64
    var parts: [SegmentPart] = []
    var recordingClass = RecordingClass.continuous
    var isOpen = true

    /// Where the first part lies.
    var contentOffset: Int64 { parts.first?.offset ?? headerByteCount }
    var byteCount: Int64 { parts.last?.end ?? headerByteCount }
    /// The clock may be set in mid-segment: the widest span.
    var begin: Int64 { parts.lazy.map(\.captured).min() ?? 0 }
    var end: Int64 { parts.lazy.map(\.capturedEnd).max() ?? 0 }

    var publicParts: [RecordedPart] {
        parts.map { part in
            RecordedPart(
                file: file, session: note.session, offset: part.offset, byteCount: part.byteCount,
                headerByteCount: headerByteCount, begin: Date(unixMicroseconds: part.captured),
                streamBegin: .nanoseconds(note.origin + StreamTicks.nanoseconds(ticks: part.begin)),
                duration: .nanoseconds(StreamTicks.nanoseconds(ticks: part.duration)), isKey: part.isKey)
        }
    }
}

/// Packs parts, which lie one behind the other, into 25 bytes each.
enum PartList {
    private static let stride = 25

    static func encode(_ parts: [SegmentPart]) -> Data {
        var data = Data(capacity: parts.count * stride)
        for part in parts {
            data.appendBigEndian(UInt32(clamping: part.byteCount))
            data.appendBigEndian(UInt32(clamping: part.duration))
            data.appendBigEndian(part.begin)
            data.appendBigEndian(part.captured)
            data.append(part.isKey ? 1 : 0)
        }
        return data
    }

    static func decode(_ data: Data, contentOffset: Int64) -> [SegmentPart] {
        let bytes = MP4Bytes(data)
        var offset = contentOffset
        return (0..<data.count / stride).compactMap { index in
            let base = index * stride
            guard let size = bytes.number(base, 4), let duration = bytes.number(base + 4, 4),
                let begin = bytes.number(base + 8, 8), let captured = bytes.number(base + 16, 8),
                let isKey = bytes.number(base + 24, 1)
            else { return nil }
            defer { offset += Int64(size) }
            return SegmentPart(
                offset: offset, byteCount: Int64(size), begin: Int64(bitPattern: begin), duration: Int64(duration),
                captured: Int64(bitPattern: captured), isKey: isKey == 1)
        }
    }
}
