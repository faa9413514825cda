import EdgeCore
import EventModel
import Foundation

/// One segment while it is recorded: a file, the muxer that makes its bytes, and its row in the index. One thread.
///
/// A part is written and synced, then indexed. A picture waits for the next one, which says how long it is shown.
final class SegmentRecording {
    private let writer: FragmentWriter
    private let file: SegmentFile
    private let index: RecordingIndex
    private let note: Data
    private var segment: RecordedSegment
    private var timeline: SegmentTimeline
    private var held: (packet: VideoPacket, placed: PlacedTime)?
    private var part: (begin: PlacedTime, captured: Int64, isKey: Bool)?
    private var lastDuration = StreamTicks.perSecond / 25

    /// The file's path under the recordings' folder.
    var name: String { segment.file }
    /// See ``SegmentTimeline/lateness``.
    var lateness: Int64 { timeline.lateness }

    /// Begins with a key frame.
    init(
        _ first: VideoPacket, _ description: StreamDescription, camera: CameraID, index: RecordingIndex, disk: Disk,
        recordingClass: RecordingClass, shift: Int64
    ) throws(RecordingError) {
        self.index = index
        writer = try FragmentWriter(description)
        timeline = SegmentTimeline(firstDecode: first.decodeTime.wholeNanoseconds, shift: shift)
        let note = SegmentNote(camera: camera, session: first.session, origin: timeline.origin)
        self.note = note.box()
        file = try Self.makeFile(camera, first.time.capturedAt, index.folder, disk)
        segment = RecordedSegment(
            file: String(file.path.dropFirst(index.folder.count + 1)), note: note,
            headerByteCount: Int64(writer.header.count))
        segment.recordingClass = recordingClass
    }

    /// Takes the next picture of the same part.
    func append(_ packet: VideoPacket) throws(RecordingError) {
        let placed = timeline.place(
            decode: packet.decodeTime.wholeNanoseconds, presentation: packet.time.presentation.wholeNanoseconds)
        try release(until: placed.decode)
        if part == nil { part = (placed, packet.time.capturedAt.unixMicroseconds, packet.isKey) }
        held = (packet, placed)
    }

    /// Writes the part that `next` does not belong to any more; nil at the end or in a pause of the stream.
    ///
    /// - Returns: the bytes that it took on disk; 0 where there was nothing to write.
    /// - Throws: ``RecordingError``; the file then ends with the part before.
    func endPart(before next: VideoPacket?) throws(RecordingError) -> Int64 {
        var peek = timeline
        let end = next.map {
            peek.place(
                decode: $0.decodeTime.wholeNanoseconds, presentation: $0.time.presentation.wholeNanoseconds
            ).decode
        }
        try release(until: end)
        guard let part else { return 0 }
        self.part = nil
        let before = file.byteCount
        try write(try writer.endPart(), part.begin, part.captured, part.isKey)
        return file.byteCount - before
    }

    /// The row says that the file is finished; a file without a part goes away.
    func close() {
        guard !segment.parts.isEmpty else { return file.remove() }
        segment.isOpen = false
        index.store(segment)
    }

    private func release(until next: Int64?) throws(RecordingError) {
        guard let (packet, placed) = held else { return }
        held = nil
        // After a hole the last picture before it is not stretched over it.
        if let next, next - placed.decode <= 2 * StreamTicks.perSecond { lastDuration = next - placed.decode }
        try writer.append(packet.payload, placed: placed, duration: lastDuration, isKey: packet.isKey)
        partEnd = placed.decode + lastDuration
    }

    private var partEnd: Int64 = 0

    private func write(_ bytes: Data, _ begin: PlacedTime, _ captured: Int64, _ isKey: Bool) throws(RecordingError) {
        let time = ReferenceTime.box(microseconds: captured, ticks: begin.presentation)
        let isFirst = segment.parts.isEmpty
        let offset = isFirst ? Int64(writer.header.count + note.count) : file.byteCount
        try file.append((isFirst ? [writer.header, note] : []) + [time, bytes])
        segment.parts.append(
            SegmentPart(
                offset: offset, byteCount: file.byteCount - offset, begin: begin.decode,
                duration: partEnd - begin.decode, captured: captured, isKey: isKey))
        index.store(segment)
    }

    /// A name that nobody has: two segments may begin in the same millisecond when a clock was set back.
    private static func makeFile(
        _ camera: CameraID, _ begin: Date, _ folder: String, _ disk: Disk
    ) throws(RecordingError) -> SegmentFile {
        var milliseconds = begin.unixMicroseconds / 1000
        while true {
            let path = folder + "/" + path(camera, milliseconds)
            try Disk.makeFolder((path as NSString).deletingLastPathComponent)
            if access(path, F_OK) != 0 { return try SegmentFile(path: path, disk: disk) }
            milliseconds += 1
        }
    }

    static func path(_ camera: CameraID, _ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var utc = tm()
        gmtime_r(&seconds, &utc)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let day = "\(digits(utc.tm_year + 1900, 4))-\(digits(utc.tm_mon + 1, 2))-\(digits(utc.tm_mday, 2))"
        let clock = digits(utc.tm_hour, 2) + digits(utc.tm_min, 2) + digits(utc.tm_sec, 2)
        return "\(camera)/\(day)/\(clock)-\(milliseconds).mp4"
    }
}
