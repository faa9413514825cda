import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
struct PlannedDecoderTests {
    /// What a decoder handed out over a whole file.
    private struct Shown {
        var frames: [Duration] = []
        var looks: [Duration] = []
        var decoded: UInt64 = 0
        var counters = PlannedDecoder.Counters()
    }

    /// Plays a file of 20 s in which something moves from `begin` to `end`, as far as the looker can tell.
    private func play(
        _ path: String, movingFrom begin: Duration, to end: Duration, mode: DecodePlanner.Mode = .adaptive
    ) throws -> Shown {
        let source = makeFileSource(path)
        let reader = try PacketReader(source: source)
        let ring = PacketRing()
        var configuration = DecodePlanner.Configuration()
        configuration.mode = mode
        configuration.learning = .seconds(1)
        configuration.quietAfter = .seconds(1)
        let decoder = PlannedDecoder(source: source, ring: ring, configuration: configuration)
        var shown = Shown()
        while true {
            switch try decoder.next(timeout: .zero) {
            case .frame(let frame):
                let time = frame.time.presentation
                shown.frames.append(time)
                decoder.analysed(isBusy: time >= begin && time < end)
            case .look(let frame):
                let time = frame.time.presentation
                shown.looks.append(time)
                decoder.looked(isMoving: time >= begin && time < end)
            case .timeout:
                if let packet = try reader.next() { ring.append(packet) } else { ring.close() }
            case .closed:
                shown.decoded = decoder.decoder.counters.framesDecoded
                shown.counters = decoder.counters
                return shown
            }
        }
    }

    private func expectRising(_ times: [Duration]) {
        for (before, after) in zip(times, times.dropFirst()) { #expect(before < after) }
    }

    @Test(arguments: [0, 2])
    func whatMovedSinceTheLastLookIsShownFromItsBeginning(bFrames: Int) throws {
        let path = try TestVideo.h264(
            frames: 500, "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "\(bFrames)")
        let shown = try play(path, movingFrom: .milliseconds(9_000), to: .milliseconds(12_500))
        expectRising(shown.frames)
        // Looked at 8 s: nothing. At 10 s: something. So everything after 8 s is shown.
        let active = shown.frames.filter { $0 > .seconds(8) && $0 < .seconds(13) }
        #expect(try #require(active.first) <= .milliseconds(8_120))
        for (before, after) in zip(active, active.dropFirst()) { #expect(after - before <= .milliseconds(121)) }
        #expect(shown.counters.wakes == 1)
        #expect(!shown.frames.contains { $0 > .seconds(5) && $0 < .milliseconds(7_900) })
        #expect(shown.decoded < 350, "much is left undecoded")
    }

    @Test func aQuietStreamCostsItsKeyFramesOnly() throws {
        let path = try TestVideo.h264(frames: 500, "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "0")
        let shown = try play(path, movingFrom: .seconds(100), to: .seconds(100))
        #expect(shown.looks.count >= 8)
        #expect(shown.decoded < 50 + 25 + 12)
        #expect(shown.counters.wakes == 0)
    }

    @Test func alwaysShowsEveryPicture() throws {
        let path = try TestVideo.h264(frames: 100, "-g", "25")
        let shown = try play(path, movingFrom: .seconds(100), to: .seconds(100), mode: .always)
        #expect(shown.frames.count == 100)
        expectRising(shown.frames)
    }

    /// The last picture of a video of 6 s and which pictures were decoded the cheap way.
    private func decode(gop: Int, mayBeRough: Bool) throws -> (rough: [Int], last: [UInt8]) {
        let path = try TestVideo.make(
            "clip.mp4",
            TestVideo.source(frames: 150) + [
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "35", "-g", "\(gop)", "-keyint_min", "\(gop)",
                "-sc_threshold", "0", "-bf", "0",
            ])
        var source = makeFileSource(path)
        source.mayBeRough = mayBeRough
        let reader = try PacketReader(source: source)
        let ring = PacketRing()
        while let packet = try reader.next() { ring.append(packet) }
        ring.close()
        var configuration = DecodePlanner.Configuration()
        configuration.mode = .always
        let decoder = PlannedDecoder(source: source, ring: ring, configuration: configuration)
        var rough: [Int] = []
        var last: [UInt8] = []
        while case .frame(let frame) = try decoder.next(timeout: .zero) {
            if frame.isRough { rough.append(frame.index) }
            let luma = frame.image.luma
            last = Array(UnsafeBufferPointer(start: luma.baseAddress, count: luma.bytesPerRow * luma.height))
        }
        return (rough, last)
    }

    @Test func whereKeyFramesComeOftenPicturesMayBeDecodedTheCheapWayAndSaySo() throws {
        let rough = try decode(gop: 50, mayBeRough: true)
        #expect(rough.rough == Array(50..<150), "from the second key frame on: how far they are apart is known then")
        let full = try decode(gop: 50, mayBeRough: false)
        #expect(full.rough.isEmpty)
        #expect(rough.last != full.last, "the loop filter makes a difference")
    }

    @Test func farFromAKeyFramePicturesAreNeverDecodedTheCheapWay() throws {
        #expect(try decode(gop: 75, mayBeRough: true).rough.isEmpty)
    }

    @Test func aReaderThatFellBehindGoesOnWithAKeyFrameAndCountsWhatItLost() throws {
        let path = try TestVideo.h264(frames: 500, "-g", "25", "-keyint_min", "25", "-sc_threshold", "0")
        let source = makeFileSource(path)
        let reader = try PacketReader(source: source)
        var tenSeconds = PacketRing.Configuration()
        tenSeconds.preRoll = .seconds(10)  // the first half is forgotten before anybody looks
        let ring = PacketRing(configuration: tenSeconds)
        while let packet = try reader.next() { ring.append(packet) }
        ring.close()
        let decoder = PlannedDecoder(source: source, ring: ring, configuration: .init())
        guard case .frame(let frame) = try decoder.next(timeout: .zero) else { return #expect(Bool(false), "no frame") }
        #expect(frame.time.presentation >= .seconds(8) && frame.time.presentation <= .seconds(11))
        #expect(decoder.counters.dropped > 200)
    }

    /// A picture larger than the camera's limit cannot be used; the session is given up once, the next one is tried.
    @Test func aSessionThatCannotBeDecodedIsGivenUpOnce() throws {
        let path = try TestVideo.h264("640x480", frames: 25)
        var small = makeFileSource(path)
        small.maximumPixels = 320 * 240
        let ring = PacketRing()
        let decoder = PlannedDecoder(source: small, ring: ring, configuration: .init())
        for session in 1...2 {
            let reader = try PacketReader(source: makeFileSource(path), session: session)
            while let packet = try reader.next() { ring.append(packet) }
            #expect(throws: CaptureError.self) { try decoder.next(timeout: .zero) }
            #expect(decoder.session == session)
            guard case .timeout = try decoder.next(timeout: .zero) else { return #expect(Bool(false), "not given up") }
        }
        #expect(decoder.counters.dropped >= 40)
    }

    @Test func anotherSizeInMidStreamIsFollowed() throws {
        let small = try TestVideo.h264("320x240", frames: 25, "-bsf:v", "h264_mp4toannexb", "-f", "h264")
        let large = try TestVideo.h264("640x480", frames: 25, "-bsf:v", "h264_mp4toannexb", "-f", "h264")
        let joined = TestVideo.path("joined.h264")
        let bytes = try Data(contentsOf: URL(filePath: small)) + Data(contentsOf: URL(filePath: large))
        try bytes.write(to: URL(filePath: joined))
        let source = makeFileSource(joined)
        let reader = try PacketReader(source: source)
        let decoder = FrameDecoder(source: source)
        var sizes: [FrameSize] = []
        while let packet = try reader.next() {
            try decoder.send(packet)
            while let frame = try decoder.receive() { sizes.append(frame.size) }
        }
        decoder.drain()
        while let frame = try decoder.receive() { sizes.append(frame.size) }
        #expect(sizes.filter { $0.width == 320 }.count == 25 && sizes.suffix(25).allSatisfy { $0.width == 640 })
        #expect(sizes.count == 50)
    }
}
