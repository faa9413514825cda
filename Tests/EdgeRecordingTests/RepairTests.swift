import EdgeCore
import EventModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct RepairTests {
    /// What a kill at any byte leaves: fifty cuts through one file, each repaired, played and compared.
    @Test func afterACutAnywhereAtMostTheLastPartIsLost() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 8, bFrames: 2)))
        let file = try #require(try recordings.files().first?.file)
        let content = try Data(contentsOf: URL(filePath: recordings.path(file)))
        let parts = try recordings.parts()
        var generator = SystemRandomNumberGenerator()

        for _ in 0..<50 {
            let cut = Int.random(in: 1...content.count, using: &generator)
            let folder = TestClip.folder() + "/r"
            let index = try RecordingIndex(folder: folder)
            let path = folder + "/" + file
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try content.prefix(cut).write(to: URL(filePath: path))

            let report = try index.repair()

            let whole = parts.filter { $0.offset + $0.byteCount <= cut }
            let found = try index.parts(camera: testCamera, from: .distantPast, to: .distantFuture)
            #expect(found == whole, "cut at \(cut) of \(content.count)")
            let end = whole.last.map { $0.offset + $0.byteCount }
            let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int64
            #expect(size == end)
            if cut > content.count / 2 || cut % 5 == 0, !whole.isEmpty {
                #expect(try Playback(path).frameCount == whole.count * 25)
            }
            #expect(report.damagedFiles.isEmpty || whole.isEmpty)
            index.close()
        }
    }

    @Test func zerosThatAPowerCutLeftAreCutOff() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 4)))
        let file = try #require(try recordings.files().first)
        let parts = try recordings.parts()
        let last = try #require(parts.last)
        var content = try Data(contentsOf: URL(filePath: recordings.path(file.file)))
        content.replaceSubrange(
            Int(last.offset) + 400..<content.count, with: Data(count: content.count - Int(last.offset) - 400))
        content.append(Data(count: 5000))
        try content.write(to: URL(filePath: recordings.path(file.file)))

        let report = try recordings.index.repair()

        #expect(report.lostPartCount == 1)
        #expect(try recordings.parts() == parts.dropLast())
        #expect(try Playback(recordings.path(file.file)).frameCount == 75)
    }

    @Test func aPartThatEndsInZerosCutsNothingOffBehindIt() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 4)))
        let file = try #require(try recordings.files().first)
        let parts = try recordings.parts()
        let end = Int(parts[1].offset + parts[1].byteCount)
        var content = try Data(contentsOf: URL(filePath: recordings.path(file.file)))
        content.replaceSubrange(end - 4..<end, with: Data(count: 4))
        try content.write(to: URL(filePath: recordings.path(file.file)))
        try recordings.index.write { try $0.execute(sql: "DELETE FROM segment") }

        let report = try recordings.index.repair()

        #expect(report.recoveredPartCount == 4)
        #expect(report.truncatedByteCount == 0)
        #expect(try recordings.parts() == parts)
    }

    @Test func aFileThatCannotBeReadIsToldAndTheOthersAreRepaired() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 6)), segment: .seconds(2))
        let files = try recordings.files()
        // A folder of its name can be opened and not read, by root neither: as a file on a bad sector.
        unlink(recordings.path(files[0].file))
        mkdir(recordings.path(files[0].file), 0o700)
        try recordings.index.write {
            try $0.execute(sql: "UPDATE segment SET isOpen = 1 WHERE file = ?", arguments: [files[0].file])
            try $0.execute(sql: "DELETE FROM segment WHERE file = ?", arguments: [files[1].file])
        }

        let report = try recordings.index.repair()

        #expect(report.damagedFiles == [files[0].file])
        #expect(report.recoveredFileCount == 1)
        #expect(report.orphanRowCount == 0)
        #expect(try recordings.files() == files)
    }

    @Test func rowsOfAFolderThatCannotBeReadStay() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 4)), segment: .seconds(2))
        let files = try recordings.files()
        let day = (recordings.path(files[0].file) as NSString).deletingLastPathComponent
        // A file in its place can be listed by nobody, root included.
        try #require(rename(day, recordings.folder + "-away") == 0)
        try Data().write(to: URL(filePath: day))

        let report = try recordings.index.repair()

        #expect(report.orphanRowCount == 0)
        #expect(report.damagedFiles == files.map(\.file).sorted())
        #expect(try recordings.files() == files)
        unlink(day)
        try #require(rename(recordings.folder + "-away", day) == 0)
        #expect(try recordings.index.repair() == RepairReport())
    }

    @Test func rowsWithoutFilesGoAndFilesWithoutRowsComeBack() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 6)), segment: .seconds(2))
        let files = try recordings.files()
        try recordings.index.mark(.evidence, camera: testCamera, from: files[2].begin, to: files[2].end)
        unlink(recordings.path(files[0].file))
        try recordings.index.write {
            try $0.execute(sql: "DELETE FROM segment WHERE file = ?", arguments: [files[1].file])
        }

        let report = try recordings.index.repair()

        #expect(report.orphanRowCount == 1)
        #expect(report.recoveredFileCount == 1)
        let after = try recordings.files()
        #expect(after.map(\.file) == files.dropFirst().map(\.file))
        #expect(after.map(\.byteCount) == files.dropFirst().map(\.byteCount))
        #expect(after.map(\.recordingClass) == [.continuous, .evidence])
        #expect(try recordings.index.repair() == RepairReport())
    }

    @Test func aFileOfSomethingElseIsPutAsideNotDeleted() throws {
        let recordings = try Recordings()
        let path = recordings.folder + "/nga-tu-01/2026-11-20"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("holiday".utf8).write(to: URL(filePath: path + "/holiday.mp4"))

        let report = try recordings.index.repair()

        #expect(report.damagedFiles == ["nga-tu-01/2026-11-20/holiday.mp4"])
        #expect(access(path + "/holiday.mp4.damaged", F_OK) == 0)
    }

    @Test func noDamageTrapsTheScanner() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 3)))
        let file = try #require(try recordings.files().first)
        let content = try Data(contentsOf: URL(filePath: recordings.path(file.file)))
        let parts = try recordings.parts()
        for _ in 0..<2000 {
            var damaged = content
            // Boxes, not pictures: the header, and what is around the beginning of a part.
            let begins = [0, 700] + parts.map { Int($0.offset) }
            for _ in 0..<3 {
                let place = (begins.randomElement() ?? 0) + Int.random(in: 0..<240)
                damaged[place] = [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255)].randomElement() ?? 0
            }
            let scanner = SegmentScanner(
                read: { offset, count in
                    let begin = min(max(0, Int(offset)), damaged.count)
                    return damaged.subdata(in: begin..<min(damaged.count, begin + count))
                }, byteCount: Int64(damaged.count))
            let layout = try scanner.scan()
            #expect((layout?.validByteCount ?? 0) <= Int64(content.count))
        }
    }
}
