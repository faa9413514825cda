import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct PlaybackStreamTests {
    private func write(_ content: Data) throws -> String {
        let path = TestClip.folder() + "/stream.mp4"
        try content.write(to: URL(filePath: path))
        return path
    }

    private func seconds(_ offset: Double) -> Date { testStart.addingTimeInterval(offset) }

    @Test func aSpanOverSeveralFilesIsOneStreamWithoutAGap() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 12, bFrames: 2)), segment: .seconds(4))

        let parts = try recordings.index.parts(camera: testCamera, from: seconds(3.5), to: seconds(9.5))
        let streams = PlaybackStream.streams(of: parts, in: recordings.folder)

        let stream = try #require(streams.first)
        #expect(streams.count == 1)
        #expect(stream.begin == seconds(2))
        #expect(stream.duration == .seconds(8))
        let playback = try Playback(try write(try stream.read(from: 0, count: Int(stream.byteCount))))
        #expect(playback.frameCount == 200)
        let steps = zip(playback.times.dropFirst(), playback.times).map { $0 - $1 }
        #expect(steps.allSatisfy { abs($0 - 0.04) < 0.0015 })
    }

    @Test func aHoleBetweenSessionsStaysAHole() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 2))
        try recordings.record(packets + packets.map { $0.moved(session: 2, clockBy: 30) })

        let streams = PlaybackStream.streams(of: try recordings.parts(), in: recordings.folder)

        #expect(streams.map(\.duration) == [.seconds(32)])
    }

    @Test func anotherFormatBeginsAnotherStream() throws {
        let recordings = try Recordings()
        let first = try TestClip.packets(.init(seconds: 2))
        let second = try TestClip.packets(.init(seconds: 2, encoder: "libx265")).map { $0.moved(by: 2) }
        try recordings.record(first + second)
        let streams = PlaybackStream.streams(of: try recordings.parts(), in: recordings.folder)
        #expect(streams.map(\.duration) == [.seconds(2), .seconds(2)])
    }

    @Test func anyRangeIsThatOfTheWhole() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 6)), segment: .seconds(2))
        let stream = try #require(
            PlaybackStream.streams(of: try recordings.parts(), in: recordings.folder).first)
        let whole = try stream.read(from: 0, count: Int(stream.byteCount))
        #expect(whole.count == Int(stream.byteCount))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let begin = Int.random(in: 0..<whole.count, using: &generator)
            let count = Int.random(in: 1...50_000, using: &generator)
            let expected = whole[begin..<min(whole.count, begin + count)]
            #expect(try stream.read(from: Int64(begin), count: count) == expected)
        }
        #expect(try stream.read(from: stream.byteCount, count: 10).isEmpty)
    }

    @Test func aFileThatIsGoneIsAnErrorNotATrap() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 2)))
        let stream = try #require(
            PlaybackStream.streams(of: try recordings.parts(), in: recordings.folder).first)
        truncate(recordings.path(try recordings.files()[0].file), 2000)
        #expect(throws: RecordingError.self) { try stream.read(from: 0, count: Int(stream.byteCount)) }
    }
}
