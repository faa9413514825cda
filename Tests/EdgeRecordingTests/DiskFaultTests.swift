import EdgeCore
import EventModel
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct DiskFaultTests {
    /// A disk that takes `room` bytes of writes, half of the last one.
    private final class FillingDisk: Sendable {
        let room: Mutex<Int>
        init(room: Int) { self.room = Mutex(room) }

        var disk: Disk {
            Disk(
                write: { file, bytes, offset in
                    let count = self.room.withLock { room in
                        defer { room -= min(room, bytes.count) }
                        return min(room, bytes.count)
                    }
                    guard count > 0 else {
                        errno = ENOSPC
                        return -1
                    }
                    return pwrite(file, bytes.baseAddress, count, offset)
                }, sync: Disk.system.sync)
        }
    }

    @Test func aFullDiskIsSaidAndRecordingGoesOnWhenThereIsRoom() throws {
        let recordings = try Recordings()
        let filling = FillingDisk(room: 60_000)
        let state = RecorderState()
        var configuration = Recorder.Configuration()
        configuration.retry = .zero
        var work = RecorderWork(
            camera: testCamera, index: recordings.index, configuration: configuration, disk: filling.disk, state: state,
            logger: quietLogger)
        let packets = try TestClip.packets(.init(seconds: 20))
        for packet in packets.prefix(250) { work.take(packet) }
        let problem = state.status.problem

        filling.room.withLock { $0 = 1 << 30 }
        for packet in packets.dropFirst(250) { work.take(packet) }
        work.end()
        try recordings.index.flush()

        #expect(problem?.contains("No space left") == true)
        #expect(state.status.problem == nil)
        let files = try recordings.files()
        #expect(files.count == 2)
        let counts = try files.map { try Playback(recordings.path($0.file)).frameCount }
        #expect(counts[0] > 0 && counts[0] % 25 == 0 && counts[1] == 250)
        // What was half written is gone, and no empty files are left.
        #expect(try recordings.index.repair() == RepairReport())
    }

    @Test func deletingMakesRoomAlsoWhereTheIndexIsFull() throws {
        let folder = TestClip.folder() + "/recordings"
        let pageLimit = Mutex(0)
        let index = try RecordingIndex(folder: folder, commitInterval: .seconds(3600)) { db in
            let limit = pageLimit.withLock { $0 }
            if limit > 0 { try db.execute(sql: "PRAGMA max_page_count = \(limit)") }
        }
        let part = SegmentPart(offset: 100, byteCount: 1000, begin: 0, duration: 90_000, captured: 1, isKey: true)
        func segment(_ number: Int) -> RecordedSegment {
            var segment = RecordedSegment(
                file: "nga-tu-01/day/\(number).mp4",
                note: SegmentNote(camera: testCamera, session: 1, origin: 0), headerByteCount: 100)
            segment.parts = Array(repeating: part, count: 100)
            segment.isOpen = false
            return segment
        }
        try FileManager.default.createDirectory(atPath: folder + "/nga-tu-01/day", withIntermediateDirectories: true)
        try index.write { try $0.execute(sql: "PRAGMA max_page_count = 40") }
        var stored = 0
        var failure: RecordingError?
        while failure == nil, stored < 100 {
            try Data(count: 1100).write(to: URL(filePath: folder + "/" + segment(stored).file))
            index.store(segment(stored))
            do throws(RecordingError) {
                try index.flush()
                stored += 1
            } catch { failure = error }
        }
        #expect(failure?.kind == .fullDisk)
        #expect(index.problem != nil)

        // Retention deletes what is oldest; then what waited is committed.
        var policy = RetentionPolicy()
        policy.days = [:]
        policy.reserveByteCount = 3000
        let keeper = RetentionKeeper(index: index, policy: policy, logger: quietLogger) { () throws(RecordingError) in 0
        }
        keeper.run(now: testStart)
        try index.flush()

        #expect(keeper.status.problem == nil)
        #expect(keeper.status.deletedFileCount == 3)
        #expect(index.problem == nil)
        #expect(try index.summaries().count == stored + 1 - 3)
        #expect(access(folder + "/" + segment(0).file, F_OK) != 0)
    }

    @Test func aBrokenIndexIsSetAsideAndMadeAgainFromTheFiles() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 6)), segment: .seconds(2))
        let before = try recordings.parts()
        recordings.index.close()
        try recordings.index.database.close()
        for suffix in ["-wal", "-shm"] { unlink(recordings.folder + "/index.sqlite" + suffix) }
        try Data(repeating: 0x5A, count: 8192).write(
            to: URL(filePath: recordings.folder + "/index.sqlite"))

        let index = try RecordingIndex(folder: recordings.folder)
        let report = try index.repair()

        #expect(index.replacement != nil)
        #expect(report.recoveredFileCount == 3)
        #expect(try index.parts(camera: testCamera, from: .distantPast, to: .distantFuture) == before)
    }
}
