import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct RingTailTests {
    private func seconds(_ offset: Double) -> Date { testStart.addingTimeInterval(offset) }

    private func streams(
        _ recordings: Recordings?, _ packets: some Sequence<VideoPacket>, _ from: Double, _ to: Double
    ) throws -> [PlaybackStream] {
        let ring = PacketRing(configuration: wideRing)
        for packet in packets { ring.append(packet) }
        return try PlaybackStream.streams(
            camera: testCamera, index: recordings?.index, ring: ring, from: seconds(from), to: seconds(to))
    }

    private func playback(_ stream: PlaybackStream) throws -> Playback {
        let path = TestClip.folder() + "/stream.mp4"
        try stream.read(from: 0, count: Int(stream.byteCount)).write(to: URL(filePath: path))
        return try Playback(path)
    }

    /// The recorder stops in the middle of a group of pictures; what the ring has goes on there without a seam.
    @Test(arguments: [(0, 137), (2, 137), (3, 210), (2, 150)])
    func theRingGoesOnWhereTheFilesEnd(bFrames: Int, recorded: Int) throws {
        let packets = try TestClip.packets(.init(seconds: 10, bFrames: bFrames))
        let recordings = try Recordings()
        try recordings.record(Array(packets.prefix(recorded)), segment: .seconds(4))

        let found = try streams(recordings, packets.dropFirst(60), 0, 60)

        #expect(found.map(\.begin) == [testStart])
        let playback = try playback(try #require(found.first))
        #expect(playback.frameCount == 250)
        let steps = zip(playback.times.dropFirst(), playback.times).map { $0 - $1 }
        #expect(steps.allSatisfy { abs($0 - 0.04) < 0.0015 })
    }

    @Test func aSpanThatIsAllInFilesTakesNothingFromTheRing() throws {
        let packets = try TestClip.packets(.init(seconds: 8))
        let recordings = try Recordings()
        try recordings.record(packets)
        let alone = PlaybackStream.streams(
            of: try recordings.index.parts(camera: testCamera, from: seconds(1), to: seconds(5)), in: recordings.folder)
        #expect(try streams(recordings, packets, 1, 5).map(\.contentTag) == alone.map(\.contentTag))
        #expect(try streams(recordings, packets, 1, 60).map(\.duration) == [.seconds(8)])
    }

    @Test func withoutRecordingsTheRingIsAll() throws {
        let packets = try TestClip.packets(.init(seconds: 10))
        let found = try streams(nil, packets, 5, 7)
        #expect(found.map(\.begin) == [seconds(4)] && found.map(\.duration) == [.seconds(3)])
        #expect(try playback(found[0]).frameCount == 75)
        #expect(try streams(nil, packets, 100, 200).isEmpty)
        #expect(try streams(nil, [], 0, 10).isEmpty)
        #expect(try streams(nil, packets.filter { !$0.isKey }, 0, 10).isEmpty)
    }

    @Test func anotherConnectionBeginsAtItsKeyFrame() throws {
        let packets = try TestClip.packets(.init(seconds: 4))
        let recordings = try Recordings()
        try recordings.record(Array(packets.prefix(90)))
        let late = packets.dropFirst(10).map { $0.moved(session: 2, clockBy: 20) }  // its key frame comes at 22 s

        let found = try streams(recordings, packets + late, 0, 60)

        #expect(found.map(\.duration) == [.seconds(24)])
        #expect(try playback(found[0]).frameCount == 150)
        #expect(try streams(recordings, packets + late, 10, 15).isEmpty)
    }

    @Test func aPartThatIsReadPieceByPieceIsTheWhole() throws {
        let packets = try TestClip.packets(.init(seconds: 6))
        let recordings = try Recordings()
        try recordings.record(Array(packets.prefix(100)))
        let stream = try #require(try streams(recordings, packets, 0, 60).first)
        var content = Data()
        var pieces = 0
        while case let piece = try stream.piece(from: Int64(content.count)), !piece.isEmpty {
            content += piece
            pieces += 1
        }
        #expect(try content == stream.read(from: 0, count: Int(stream.byteCount)))
        #expect((5...8).contains(pieces), "about a part a second")
    }
}

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct LiveVideoTests {
    /// All that is there, and what comes after it.
    private func drain(_ video: LiveVideo) throws -> (parts: [Data], last: LiveVideo.Piece) {
        var parts: [Data] = []
        while true {
            let piece = try video.next()
            guard case .content(let data) = piece else { return (parts, piece) }
            parts.append(data)
        }
    }

    @Test func itFollowsTheRingFromTheNewestKeyFrame() throws {
        let packets = try TestClip.packets(.init(seconds: 10))
        let ring = PacketRing(configuration: wideRing)
        for packet in packets.prefix(130) { ring.append(packet) }
        let video = try LiveVideo(ring)
        #expect(video.begin == testStart.addingTimeInterval(4))
        var (parts, last) = try drain(video)
        #expect(parts.count == 2 && last == .waiting, "the header and a second")
        for packet in packets.dropFirst(130) { ring.append(packet) }
        ring.close()
        let (more, end) = try drain(video)
        parts += more
        #expect(end == .ended(.closed))
        let path = TestClip.folder() + "/live.mp4"
        try parts.reduce(Data(), +).write(to: URL(filePath: path))
        #expect(try Playback(path).frameCount == 150)
    }

    @Test func aSlowReaderIsCutOffAndTheRingGoesOn() throws {
        let packets = try TestClip.packets(.init(seconds: 10))
        var configuration = PacketRing.Configuration()
        configuration.preRoll = .seconds(2)
        let ring = PacketRing(configuration: configuration)
        for packet in packets.prefix(60) { ring.append(packet) }
        let video = try LiveVideo(ring)
        for packet in packets.dropFirst(60) { ring.append(packet) }
        #expect(try drain(video).last == .ended(.tooSlow))
        #expect(ring.end == 250)
    }

    @Test func anotherConnectionEndsIt() throws {
        let packets = try TestClip.packets(.init(seconds: 4))
        let ring = PacketRing(configuration: wideRing)
        for packet in packets { ring.append(packet) }
        let video = try LiveVideo(ring)
        for packet in packets { ring.append(packet.moved(session: 2, clockBy: 10)) }
        #expect(try drain(video).last == .ended(.changed))
    }

    @Test func nothingBeginsWithoutAKeyFrame() throws {
        let ring = PacketRing()
        #expect(throws: RecordingError.self) { try LiveVideo(ring) }
    }
}
