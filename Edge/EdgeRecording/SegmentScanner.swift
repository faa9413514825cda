import Foundation

/// One part of a recorded file: what is written, synced and indexed at once.
struct SegmentPart: Hashable, Sendable {
    /// Bytes from the file's beginning, `prft` box included.
    var offset: Int64
    var byteCount: Int64
    /// Ticks from the file's beginning.
    var begin: Int64
    var duration: Int64
    /// UTC of its first picture, microseconds since 1970.
    var captured: Int64
    var isKey: Bool

    var end: Int64 { offset + byteCount }
    /// UTC at which its last picture ends.
    var capturedEnd: Int64 { captured + StreamTicks.microseconds(ticks: duration) }
}

/// What a recorded file holds.
struct SegmentLayout: Hashable, Sendable {
    var note: SegmentNote
    /// `ftyp` and `moov`.
    var headerByteCount: Int64
    var parts: [SegmentPart] = []
    /// Up to the end of the last whole part.
    var validByteCount: Int64
}

/// Walks the boxes of a recorded file as far as they are whole.
struct SegmentScanner {
    /// At most `count` bytes from an offset; fewer at the end of the file.
    let read: (_ offset: Int64, _ count: Int) throws -> Data
    let byteCount: Int64

    private static let largestHeader: Int64 = 1 << 22
    /// 35 days of ticks: more in a file is damage.
    private static let longest: Int64 = 1 << 38

    /// - Returns: nil where the header is not whole: nothing of the file can be played.
    func scan() throws -> SegmentLayout? {
        guard var layout = try scanHeader() else { return nil }
        while let part = try scanPart(at: layout.validByteCount) {
            layout.parts.append(part)
            layout.validByteCount = part.end
        }
        // Each part is synced before the next is written: only the last may have lost its content.
        if let last = layout.parts.last, try isUnsynced(last) {
            layout.parts.removeLast()
            layout.validByteCount = last.offset
        }
        return layout
    }

    private func scanHeader() throws -> SegmentLayout? {
        var offset: Int64 = 0
        var headerEnd: Int64?
        while let box = try box(at: offset), box.size <= Self.largestHeader {
            if box.name == "moov" { headerEnd = offset + box.size }
            offset += box.size
            if box.name == "uuid", let headerEnd {
                let content = try read(offset - box.size, Int(box.size))
                return SegmentNote(box: content).map {
                    SegmentLayout(note: $0, headerByteCount: headerEnd, validByteCount: offset)
                }
            }
        }
        return nil
    }

    private func scanPart(at offset: Int64) throws -> SegmentPart? {
        guard let time = try box(at: offset), time.name == "prft", time.size == Int64(ReferenceTime.byteCount),
            let captured = ReferenceTime.microseconds(try read(offset, ReferenceTime.byteCount)),
            let head = try box(at: offset + time.size), head.name == "moof", head.size <= Self.largestHeader,
            let header = FragmentHeader(try read(offset + time.size, Int(head.size))),
            let body = try box(at: offset + time.size + head.size), body.name == "mdat",
            header.decode < Self.longest, header.duration < Self.longest
        else { return nil }
        let end = offset + time.size + head.size + body.size
        return SegmentPart(
            offset: offset, byteCount: end - offset, begin: header.decode, duration: header.duration,
            captured: captured, isKey: header.isKey)
    }

    /// A disk that lost power may have kept the file's length and not its content: zeros. Hardly any picture ends so.
    private func isUnsynced(_ part: SegmentPart) throws -> Bool {
        try read(part.end - 4, 4).allSatisfy { $0 == 0 }
    }

    private func box(at offset: Int64) throws -> (name: String, size: Int64)? {
        let bytes = MP4Bytes(try read(offset, 8))
        guard let size = bytes.int(0), let name = bytes.name(4), size >= 8, Int64(size) <= byteCount - offset else {
            return nil
        }
        return (name, Int64(size))
    }
}
