import EdgeCore
import EventModel
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct RecorderTests {
    @Test(arguments: [
        TestClip.Recipe(), TestClip.Recipe(isAnnexB: false), TestClip.Recipe(bFrames: 2),
        TestClip.Recipe(encoder: "libx265"), TestClip.Recipe(bFrames: 2, encoder: "libx265"),
        TestClip.Recipe(encoder: "libx265", isAnnexB: false), TestClip.Recipe(seconds: 4, encoder: "mjpeg"),
    ])
    func everyPictureIsRecordedAndPlays(_ recipe: TestClip.Recipe) throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(recipe)

        let status = try recordings.record(packets)

        let file = try #require(try recordings.files().first)
        let playback = try Playback(recordings.path(file.file))
        #expect(playback.frameCount == packets.count)
        #expect(playback.width == 160)
        #expect(playback.times == playback.times.sorted())
        let steps = zip(playback.times.dropFirst(), playback.times).map { $0 - $1 }
        #expect(steps.allSatisfy { abs($0 - 0.04) < 0.001 })
        #expect(status.problem == nil)
        // Every picture of MJPEG is a key frame: its parts are cut after half a second.
        let partCount = recipe.encoder == "mjpeg" ? 2 * recipe.seconds : recipe.seconds
        #expect(status.partCount == partCount)
        #expect(try recordings.parts().count == partCount)
    }

    @Test func parameterSetsMayComeWithTheKeyFramesOnly() throws {
        for encoder in ["libx264", "libx265"] {
            let recordings = try Recordings()
            let packets = try TestClip.packets(.init(seconds: 3, encoder: encoder), hidesSets: true)

            try recordings.record(packets)

            let file = try #require(try recordings.files().first)
            #expect(try Playback(recordings.path(file.file)).frameCount == packets.count)
        }
    }

    @Test func setsThatComeWithSomeKeyFramesOnlyDoNotCutTheRecording() throws {
        let recordings = try Recordings()
        let inBand = try TestClip.packets(.init(seconds: 2))
        // The description says something else, as SDP does at times, and only the first key frame brings sets.
        var format = inBand[0].format
        format.parameterSets.append(contentsOf: [0, 0, 0, 1, 9, 0xF0])
        let bare = try TestClip.packets(.init(seconds: 2), hidesSets: true).map { packet in
            let slice = packet.isKey ? packet.withoutParameterSets : packet
            return slice.moved(by: 2, format: format)
        }

        let status = try recordings.record(inBand.map { $0.moved(format: format) } + bare)

        #expect(status.segmentCount == 1)
        let file = try #require(try recordings.files().first)
        #expect(try Playback(recordings.path(file.file)).frameCount == 100)
    }

    @Test func aStreamWithoutParameterSetsSaysSoAndRecordsNothing() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 2, isAnnexB: false)).map { packet in
            packet.moved(format: VideoFormat(coding: .h264, size: packet.format.size, parameterSets: Data()))
        }

        let status = try recordings.record(packets)

        #expect(status.problem?.contains("parameter sets") == true)
        #expect(try recordings.files().isEmpty)
    }

    @Test func segmentsBeginAtKeyFramesAndPlayAlone() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 10, bFrames: 2))

        let status = try recordings.record(packets, segment: .seconds(3))

        let files = try recordings.files()
        #expect(status.segmentCount == 3)
        let counts = try files.map { try Playback(recordings.path($0.file)).frameCount }
        #expect(counts == [100, 100, 50])
        #expect(files.allSatisfy { !$0.isOpen })
        #expect(abs(files[1].begin.timeIntervalSince(files[0].begin) - 4) < 0.001)
    }

    @Test func theFileIsNamedByItsBeginInUTC() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 1)))
        #expect(try recordings.files().map(\.file) == ["nga-tu-01/2026-11-20/010000-1795136400000.mp4"])
    }

    @Test func aNewSessionBeginsANewSegment() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 3))

        try recordings.record(packets + packets.map { $0.moved(session: 2, clockBy: 20) })

        let files = try recordings.files()
        #expect(files.map(\.session) == [1, 2])
        #expect(try files.map { try Playback(recordings.path($0.file)).frameCount } == [75, 75])
    }

    @Test func aChangeOfSizeInMidStreamBeginsANewSegment() throws {
        let recordings = try Recordings()
        let small = try TestClip.packets(.init(seconds: 2))
        let large = try TestClip.packets(.init(seconds: 2, size: "320x240"), hidesSets: true)
        // The description of the session stays that of the small picture, as with RTSP.
        let changed = large.map { $0.moved(by: 2, format: small[0].format) }

        try recordings.record(small + changed)

        let plays = try recordings.files().map { try Playback(recordings.path($0.file)) }
        #expect(plays.map(\.width) == [160, 320])
        #expect(plays.map(\.frameCount) == [50, 50])
    }

    @Test func aChangeOfCodingBeginsANewSegment() throws {
        let recordings = try Recordings()
        let first = try TestClip.packets(.init(seconds: 2))
        let second = try TestClip.packets(.init(seconds: 2, encoder: "libx265")).map { $0.moved(by: 2) }

        try recordings.record(first + second)

        let plays = try recordings.files().map { try Playback(recordings.path($0.file)) }
        #expect(plays.map(\.codec) == ["h264", "hevc"])
    }

    @Test func aJumpOfTheClockBeginsANewSegmentAtTheNextKeyFrame() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 6))
        let jumped = packets.enumerated().map { $1.moved(clockBy: $0 < 60 ? 0 : 3600) }

        try recordings.record(jumped)

        let files = try recordings.files()
        #expect(try files.map { try Playback(recordings.path($0.file)).frameCount } == [100, 50])
        #expect(abs(files[1].begin.timeIntervalSince(files[0].begin) - 3604) < 0.001)
    }

    @Test func whatComesBeforeTheFirstKeyFrameIsLeftOutAndCounted() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 4)).map {
            $0.moved(session: $0.decodeTime < .seconds(1) ? 1 : 2)
        }

        let status = try recordings.record(packets)

        #expect(status.skippedPacketCount == 25)
        let files = try recordings.files()
        #expect(try files.map { try Playback(recordings.path($0.file)).frameCount } == [25, 50])
    }

    @Test func aRecorderThatFallsBehindCountsAndGoesOnAtAKeyFrame() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 10))
        var small = PacketRing.Configuration()
        small.preRoll = .seconds(2)
        let ring = PacketRing(configuration: small)
        let state = RecorderState()
        var work = RecorderWork(
            camera: testCamera, index: recordings.index, configuration: .init(), disk: .system, state: state,
            logger: quietLogger)
        var position = 0
        for packet in packets.prefix(60) { ring.append(packet) }
        while case .packet(let packet) = ring.read(position) {
            work.take(packet)
            position += 1
        }
        for packet in packets.dropFirst(60) { ring.append(packet) }

        guard case .missed(let first) = ring.read(position) else { return #expect(Bool(false), "nothing was missed") }
        work.miss(first - position)
        position = first
        while case .packet(let packet) = ring.read(position) {
            work.take(packet)
            position += 1
        }
        work.end()

        #expect(state.status.missedPacketCount == UInt64(first - 60))
        try recordings.index.flush()
        let counts = try recordings.files().map { try Playback(recordings.path($0.file)).frameCount }
        #expect(counts == [60, 250 - first])
    }

    @Test func aSilentCamerasSegmentIsEnded() throws {
        let recordings = try Recordings()
        let state = RecorderState()
        var work = RecorderWork(
            camera: testCamera, index: recordings.index, configuration: .init(), disk: .system, state: state,
            logger: quietLogger)
        let packets = try TestClip.packets(.init(seconds: 6))
        for packet in packets.prefix(60) { work.take(packet) }
        work.pause()
        try recordings.index.flush()
        #expect(try recordings.files().map(\.isOpen) == [true])

        work.pause(now: ContinuousClock.now + .seconds(11))
        try recordings.index.flush()
        #expect(try recordings.files().map(\.isOpen) == [false])
        #expect(!state.status.isRecording)

        // It goes on at the next key frame, and says what it left out.
        for packet in packets.dropFirst(60) { work.take(packet) }
        work.end()
        try recordings.index.flush()
        let counts = try recordings.files().map { try Playback(recordings.path($0.file)).frameCount }
        #expect(counts == [60, 50])
        #expect(state.status.skippedPacketCount == 40)
    }

    @Test func onlyTheirOwnerReadsRecordings() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 1)))
        let file = recordings.path(try #require(try recordings.files().first).file)
        let day = (file as NSString).deletingLastPathComponent
        let index = recordings.folder + "/index.sqlite"
        let modes = [
            recordings.folder: 0o700, day: 0o700, file: 0o600, index: 0o600, index + "-wal": 0o600,
            index + "-shm": 0o600,
        ]
        for (path, mode) in modes {
            var status = stat()
            let result = stat(path, &status)
            #expect(result == 0, "\(path)")
            #expect(Int(status.st_mode & 0o777) == mode, "\(path)")
        }
    }

    @Test func aFileDeletedUnderTheRecorderEndsItsSegmentOnly() throws {
        let recordings = try Recordings()
        let state = RecorderState()
        var configuration = Recorder.Configuration()
        configuration.retry = .zero
        var work = RecorderWork(
            camera: testCamera, index: recordings.index, configuration: configuration, disk: .system, state: state,
            logger: quietLogger)
        for (number, packet) in try TestClip.packets(.init(seconds: 8)).enumerated() {
            if number == 60 {
                try recordings.index.flush()
                for file in try recordings.files() { unlink(recordings.path(file.file)) }
            }
            work.take(packet)
        }
        work.end()
        try recordings.index.flush()

        #expect(try recordings.index.repair() == RepairReport())
        let file = try #require(try recordings.files().first)
        #expect(try Playback(recordings.path(file.file)).frameCount == 100)
    }

    @Test func aFileCutUnderTheRecorderKeepsWhatIsWhole() throws {
        let recordings = try Recordings()
        var configuration = Recorder.Configuration()
        configuration.retry = .zero
        var work = RecorderWork(
            camera: testCamera, index: recordings.index, configuration: configuration, disk: .system,
            state: RecorderState(), logger: quietLogger)
        for (number, packet) in try TestClip.packets(.init(seconds: 8)).enumerated() {
            if number == 60 {
                let part = try #require(try recordings.parts().last)
                truncate(recordings.path(part.file), off_t(part.offset + 10))
            }
            work.take(packet)
        }
        work.end()
        try recordings.index.flush()

        let counts = try recordings.files().map { try Playback(recordings.path($0.file)).frameCount }
        #expect(counts == [25, 100])
        #expect(try recordings.index.repair() == RepairReport())
    }

    @Test func absurdTimesNeverTrap() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets(.init(seconds: 4))
        let jumps: [Double] = [0, 3600, -7200, 1e11, -1e11, 1e17, 0]
        let jumped = packets.enumerated().map { $1.moved(by: jumps[$0 / 15]) }
        let status = try recordings.record(jumped + packets.map { $0.moved(session: 2, clockBy: -1e12) })
        #expect(status.problem == nil)
        for file in try recordings.files() { _ = try Playback(recordings.path(file.file)) }
    }
}
