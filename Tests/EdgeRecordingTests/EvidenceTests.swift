import Crypto
import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeRecording

@Suite(.enabled(if: TestClip.isAvailable, "the ffmpeg program is not installed"))
struct EvidenceTests {
    private func write(_ content: Data) throws -> String {
        let path = TestClip.folder() + "/clip.mp4"
        try content.write(to: URL(filePath: path))
        return path
    }

    private func makeRing(_ packets: [VideoPacket]) -> PacketRing {
        let ring = PacketRing(configuration: wideRing)
        for packet in packets { ring.append(packet) }
        return ring
    }

    private func makeRequest(_ seconds: Double) -> ClipRequest {
        ClipRequest(
            subject: .alert(7), camera: testCamera, session: 1, moment: makeFrameTime(seconds), after: .seconds(3),
            askedAt: makeFrameTime(seconds).capturedAt)
    }

    @Test(arguments: [
        TestClip.Recipe(), TestClip.Recipe(bFrames: 2), TestClip.Recipe(encoder: "libx265"),
        TestClip.Recipe(bFrames: 2, isAnnexB: false),
    ])
    func aClipFromTheRingPlaysFromTheKeyFrameBefore(_ recipe: TestClip.Recipe) throws {
        let ring = makeRing(try TestClip.packets(recipe))
        let packets = ring.packets(of: 1, from: .milliseconds(3500), to: .milliseconds(7300))

        let clip = try EvidenceClip(packets: packets)

        let playback = try Playback(try write(clip.content))
        #expect(playback.frameCount == packets.count)
        #expect(packets.first?.time.presentation == .seconds(2))
        #expect(clip.sha256 == Data(SHA256.hash(data: clip.content)))
        #expect(clip.begin == packets.first?.time.capturedAt)
        #expect(clip.clock == .arrival)
        #expect(abs(clip.duration.seconds - Double(packets.count) / 25) < 0.001)
    }

    @Test func thePicturesOfAClipAreTheCamerasOwn() throws {
        let packets = try TestClip.packets(.init(seconds: 2, isAnnexB: false))
        let clip = try EvidenceClip(packets: packets)
        for packet in packets { #expect(clip.content.range(of: Data(packet.payload)) != nil) }
    }

    @Test func aClipWaitsForItsEndAndIsDeliveredOnce() throws {
        let recordings = try Recordings()
        let packets = try TestClip.packets()
        let ring = makeRing(Array(packets.prefix(150)))
        let maker = try EvidenceMaker(index: recordings.index)
        maker.attach(ring, of: testCamera)
        let request = makeRequest(6)
        try maker.request(request)

        #expect(maker.deliver(now: testStart.addingTimeInterval(8))?.request == nil)
        #expect(maker.deliver(now: testStart.addingTimeInterval(9.5))?.request == nil)
        for packet in packets.dropFirst(150) { ring.append(packet) }
        let outcome = try #require(maker.deliver(now: testStart.addingTimeInterval(9.6)))
        #expect(maker.deliver(now: testStart.addingTimeInterval(9.7))?.request == nil)

        #expect(outcome.request == request)
        let playback = try Playback(try write(try outcome.clip.get().content))
        #expect(playback.frameCount == 226)  // from the key frame at 0 to 9.0 s
    }

    @Test func afterARestartTheClipIsCutFromTheRecordings() throws {
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(), segment: .seconds(4))
        do {
            let maker = try EvidenceMaker(index: recordings.index)
            try maker.request(makeRequest(6))
        }
        let maker = try EvidenceMaker(index: recordings.index)
        maker.attach(makeRing(try TestClip.packets(.init(seconds: 1)).map { $0.moved(session: 2) }), of: testCamera)

        let outcome = try #require(maker.deliver(now: testStart.addingTimeInterval(60)))

        let clip = try outcome.clip.get()
        let playback = try Playback(try write(clip.content))
        #expect(playback.frameCount == 225)  // parts from 0 s to 9 s, over three files
        #expect(abs((playback.times.last ?? 0) - 8.96) < 0.001)
        #expect(try recordings.files().map(\.recordingClass) == [.evidence, .evidence, .evidence])

        #expect(try EvidenceMaker(index: recordings.index).waitingCount == 1)
        try maker.settle(makeRequest(6).event)
        #expect(try EvidenceMaker(index: recordings.index).waitingCount == 0)
    }

    /// The camera's clock is half a minute behind the host's, and then ahead of it.
    @Test(arguments: [-30.0, 30.0]) func aCameraClockThatIsOffMakesNoShorterFilm(_ offset: Double) throws {
        let packets = try TestClip.packets()
        let ring = makeRing(Array(packets.prefix(150)))
        let maker = try EvidenceMaker(index: try Recordings().index)
        maker.attach(ring, of: testCamera)
        let host = { (seconds: Double) in testStart.addingTimeInterval(seconds - offset) }
        try maker.request(
            ClipRequest(
                subject: .alert(7), camera: testCamera, session: 1, moment: makeFrameTime(6), after: .seconds(3),
                askedAt: host(6)))

        #expect(maker.deliver(now: host(8))?.request == nil)
        for packet in packets.dropFirst(150) { ring.append(packet) }
        let outcome = try #require(maker.deliver(now: host(9.1)))
        #expect(try Playback(try write(try outcome.clip.get().content)).frameCount == 226)
    }

    @Test func whatWasSeenBeforeAnOutageIsNoFilmOfTheOutage() throws {
        let maker = try EvidenceMaker(index: try Recordings().index)
        maker.attach(makeRing(try TestClip.packets()), of: testCamera)  // ends after 10 s
        let newest = try TestClip.packets().last
        let time = testStart.addingTimeInterval(40)..<testStart.addingTimeInterval(50)
        try maker.request(
            ClipRequest(
                subject: .order("o"), camera: testCamera, time: time, newest: newest, askedAt: time.upperBound))
        let outcome = try #require(maker.deliver(now: testStart.addingTimeInterval(100)))
        #expect(throws: RecordingError.self) { try outcome.clip.get() }
    }

    @Test func anEventRightAfterTheFirstPictureHasAShorterClip() throws {
        let maker = try EvidenceMaker(index: try Recordings().index)
        maker.attach(makeRing(try TestClip.packets()), of: testCamera)
        try maker.request(makeRequest(1))
        let outcome = try #require(maker.deliver(now: testStart.addingTimeInterval(5)))
        #expect(try Playback(try write(try outcome.clip.get().content)).frameCount == 101)
    }

    @Test func whatIsNowhereIsSaidAfterSomePatience() throws {
        let maker = try EvidenceMaker(index: try Recordings().index)
        try maker.request(makeRequest(6))
        #expect(maker.deliver(now: testStart.addingTimeInterval(10))?.request == nil)
        let outcome = try #require(maker.deliver(now: testStart.addingTimeInterval(40)))
        #expect(throws: RecordingError.self) { try outcome.clip.get() }
    }

    @Test(arguments: [
        TestClip.Recipe(size: "320x240"), TestClip.Recipe(size: "320x240", bFrames: 2),
        TestClip.Recipe(size: "320x240", encoder: "libx265"),
        TestClip.Recipe(seconds: 2, size: "320x240", encoder: "mjpeg"),
    ])
    func aStillIsThePictureOfTheAskedTime(_ recipe: TestClip.Recipe) throws {
        let packets = try TestClip.packets(recipe)
        let asked: [Duration] = [.milliseconds(1610), .milliseconds(1600), .milliseconds(1590), .milliseconds(400)]

        let stills = try StillDecoder().stills(at: asked, in: packets)

        #expect(stills.map { $0?.time.presentation.seconds } == [1.6, 1.6, 1.56, 0.4])
        // The same picture as the ffmpeg program gives, sample by sample.
        let clip = try write(try EvidenceClip(packets: packets).content)
        let raw = TestClip.folder() + "/still.yuv"
        let order = "select=eq(n\\,40)"
        try TestProgram.run(
            "ffmpeg", ["-v", "error", "-i", clip, "-vf", order, "-frames:v", "1", "-f", "rawvideo", raw])
        let expected = try Data(contentsOf: URL(filePath: raw))
        let luma = try #require(stills[1]).image.luma
        for row in 0..<luma.height {
            let line = Data(bytes: luma.baseAddress + row * luma.bytesPerRow, count: luma.width)
            guard line == expected.subdata(in: row * luma.width..<(row + 1) * luma.width) else {
                Issue.record("row \(row) differs")
                return
            }
        }
    }

    @Test func noPictureIsSoOld() throws {
        let packets = try TestClip.packets(.init(seconds: 2)).map { $0.moved(by: 10) }
        let stills = try StillDecoder().stills(at: [.seconds(9), .seconds(11)], in: packets)
        #expect(stills[0] == nil)
        #expect(stills[1] != nil)
        #expect(try StillDecoder().stills(at: [.seconds(1)], in: []).count == 1)
    }

    @Test(arguments: [
        (BoundingBox(x: 101, y: 51, width: 58.5, height: 30), FrameSize(width: 60, height: 32)),
        (BoundingBox(x: -20, y: -20, width: 60, height: 40), FrameSize(width: 40, height: 20)),
        (BoundingBox(x: 300, y: 230, width: 60, height: 40), FrameSize(width: 20, height: 10)),
    ])
    func aCropIsAPartOfThePicture(_ box: BoundingBox, _ size: FrameSize) throws {
        let packets = try TestClip.packets(.init(seconds: 2, size: "320x240"))
        let picture = try #require(try StillDecoder().stills(at: [.seconds(1)], in: packets)[0]).image

        let crop = try #require(picture.cropped(to: box))

        #expect(crop.size == size)
        let (left, top) = (max(0, Int(box.x)) & ~1, max(0, Int(box.y)) & ~1)
        #expect(crop.luma.baseAddress == picture.luma.baseAddress + top * picture.luma.bytesPerRow + left)
        let still = try decode(try StillEncoder().encode(crop).jpeg)
        #expect(still.width == size.width && still.height == size.height)
    }

    @Test(arguments: [
        BoundingBox(x: 400, y: 0, width: 10, height: 10), BoundingBox(x: 0, y: 0, width: 0, height: 10),
        BoundingBox(x: .nan, y: 0, width: 10, height: 10),
    ])
    func aBoxOutsideThePictureHasNoCrop(_ box: BoundingBox) throws {
        let packets = try TestClip.packets(.init(seconds: 2, size: "320x240"))
        let picture = try #require(try StillDecoder().stills(at: [.seconds(1)], in: packets)[0]).image
        #expect(picture.cropped(to: box) == nil)
    }
}
