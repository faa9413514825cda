import EdgeCapture
import Testing

@Suite struct DecodePlannerTests {
    /// A stream of 25 pictures a second with a key frame every `gop` pictures.
    private struct Stream {
        var planner: DecodePlanner
        var index = 0
        var gop = 50
        var session = 1
        var byteCount = 4_000

        init(_ configuration: DecodePlanner.Configuration = .init()) {
            planner = DecodePlanner(configuration: configuration)
        }

        var time: Duration { .milliseconds(40 * index) }
        var isKey: Bool { index % gop == 0 }

        mutating func next(lag: Duration = .zero, byteCount: Int? = nil) -> DecodePlanner.Step {
            defer { index += 1 }
            return planner.plan(
                .init(
                    session: session, time: time, isKey: isKey,
                    byteCount: byteCount ?? (isKey ? 60_000 : self.byteCount), lag: lag))
        }

        /// Plans `count` packets and answers how many there were of each step.
        mutating func run(_ count: Int) -> [DecodePlanner.Step: Int] {
            (0..<count).reduce(into: [:]) { steps, _ in steps[next(), default: 0] += 1 }
        }

        /// Watches until nothing has moved for long enough.
        mutating func becomeIdle() {
            while planner.state != .idle {
                _ = next()
                precondition(index < 10_000, "never idle")
            }
        }
    }

    @Test func aNewSessionIsWatchedWholeThenLeftToItsKeyFrames() {
        var stream = Stream()
        #expect(stream.run(150) == [.decode: 150])  // 5 s of learning, to the key frame at 6 s
        #expect(stream.run(100) == [.look: 2, .skip: 98])
        #expect(stream.planner.state == .idle)
    }

    /// Going back to a key frame that was seen before says nothing of how far key frames are apart.
    @Test func wakingOnAStreamWithRareKeyFramesAllowsNoCheapDecoding() {
        var stream = Stream()
        stream.gop = 200
        stream.becomeIdle()
        while stream.next() != .look {}
        #expect(!stream.planner.hasShortGOPs)
        stream.planner.looked(isMoving: true, at: stream.time)
        stream.index -= 201  // to the key frame before
        _ = stream.run(150)
        #expect(!stream.planner.hasShortGOPs)
        stream.gop = 50
        _ = stream.run(200)
        #expect(stream.planner.hasShortGOPs)
    }

    @Test func decodingAlwaysIsNeverIdle() {
        var configuration = DecodePlanner.Configuration()
        configuration.mode = .always
        var stream = Stream(configuration)
        #expect(stream.run(1_000) == [.decode: 1_000])
        #expect((0..<10).allSatisfy { stream.planner.takes(.milliseconds(40 * $0)) })
    }

    @Test func aPictureThatShowsMotionWakesAndBusynessKeepsAwake() {
        var stream = Stream()
        stream.becomeIdle()
        let key = stream.time
        stream.planner.looked(isMoving: true, at: key)
        #expect(stream.planner.state == .waking)
        stream.index = (stream.index - 1) / stream.gop * stream.gop  // the decoder goes back to the key frame
        #expect(stream.next(lag: .seconds(2)) == .decode)
        #expect(stream.planner.state == .waking)
        _ = stream.next(lag: .milliseconds(100))
        #expect(stream.planner.state == .active)
        for _ in 0..<500 {
            #expect(stream.next() == .decode)
            stream.planner.analysed(isBusy: true, at: stream.time)
        }
        stream.becomeIdle()
    }

    @Test func aPictureThatShowsNothingLeavesItIdle() {
        var stream = Stream()
        stream.becomeIdle()
        stream.planner.looked(isMoving: false, at: stream.time)
        #expect(stream.run(50)[.decode] == nil)
    }

    @Test func largerPacketsMakeItLookButNotWake() {
        var stream = Stream()
        stream.becomeIdle()
        stream.planner.looked(isMoving: false, at: stream.time)
        _ = stream.run(40)
        let steps = (0..<4).map { _ in stream.next(byteCount: 9_000) }
        #expect(steps.filter { $0 == .lookBack }.count == 1)
        stream.planner.looked(isMoving: false, at: stream.time)
        #expect(stream.planner.state == .idle)
    }

    @Test func packetsWhoseSizesAlwaysSwingAreNoHint() {
        var stream = Stream()
        stream.becomeIdle()
        var looks = 0
        for index in 0..<2_500 {
            let swinging = [500, 900, 3_000, 8_000, 20_000, 8_000, 9_000, 25_000, 40_000, 2_000][index % 10]
            if stream.next(byteCount: stream.isKey ? 400_000 : swinging) == .lookBack {
                looks += 1
                stream.planner.looked(isMoving: false, at: stream.time)
            }
        }
        #expect(looks <= 2)
    }

    @Test func hintsForNothingAreHeededLessAndLess() {
        var stream = Stream()
        stream.becomeIdle()
        stream.gop = 1_000_000
        var looks = 0
        for step in 0..<2_500 {  // every third packet large, for 100 s
            let answer = stream.next(byteCount: step % 30 < 5 ? 12_000 : 4_000)
            if answer == .lookBack {
                looks += 1
                stream.planner.looked(isMoving: false, at: stream.time)
            }
        }
        #expect((3...40).contains(looks))
    }

    @Test func everyPictureAKeyFrameIsLookedAtOnceASecond() {
        var stream = Stream()
        stream.gop = 1
        _ = stream.run(150)
        var looks = 0
        for _ in 0..<250 where stream.next() == .look {
            looks += 1
            stream.planner.looked(isMoving: false, at: stream.time - .milliseconds(40))
        }
        #expect((9...12).contains(looks))
    }

    @Test func keyFramesTooFarApartMeanAlways() {
        var stream = Stream()
        stream.gop = 300  // 12 s
        #expect(stream.run(1_000) == [.decode: 1_000])
        #expect(stream.planner.pinned?.contains("apart") == true)
    }

    /// A camera that stops sending key frames while it is idle must not be left blind.
    @Test func keyFramesThatStopComingWakeAnIdleCamera() {
        var stream = Stream()
        stream.becomeIdle()
        let key = (stream.index - 1) / stream.gop * stream.gop
        stream.gop = 1_000_000
        var step = DecodePlanner.Step.skip
        while step == .skip, stream.index < 1_000 { step = stream.next() }
        #expect(step == .wake && stream.index - key < 270, "10 s after the last one")
        #expect(stream.planner.pinned != nil)
    }

    @Test func aStreamWhoseKeyFramesShowNothingIsDecodedAlways() {
        var stream = Stream()
        stream.becomeIdle()
        stream.planner.keyFramesAreNotEnough()
        #expect(stream.next() == .wake)
        stream.index = (stream.index - 1) / stream.gop * stream.gop  // the decoder goes back to the key frame
        #expect(stream.run(500) == [.decode: 500])
    }

    @Test func aNewSessionBeginsWithAKeyFrame() {
        var stream = Stream()
        stream.index = 10
        #expect(stream.run(40) == [.skip: 40])
        #expect(stream.next() == .decode)
        stream.session = 2
        stream.index = 120
        #expect(stream.next() == .skip)
    }

    @Test func wakingEndsWhereNothingMovesHoweverFarBehindItIs() {
        var stream = Stream()
        stream.becomeIdle()
        stream.planner.looked(isMoving: true, at: stream.time)
        for _ in 0..<500 where stream.planner.state != .idle { _ = stream.next(lag: .seconds(1)) }
        #expect(stream.planner.state == .idle)
        #expect(stream.planner.slowdown == 1, "an idle camera is not said to be overloaded")
    }

    @Test func aGapInTheStreamPinsForSomeGOPsOnlyAndANewSessionBeginsAnew() {
        var stream = Stream()
        _ = stream.run(60)
        stream.index += 300 - stream.index % 50 + 1  // 12 s of silence, and no key frame after it
        _ = stream.run(10)
        #expect(stream.planner.pinned != nil)
        _ = stream.run(400)
        #expect(stream.planner.pinned == nil)
        stream.planner.keyFramesAreNotEnough()
        stream.session = 2
        _ = stream.next()
        #expect(stream.planner.pinned == nil)
    }

    @Test func fallingBehindHalvesTheRateThenGivesPicturesUp() {
        var stream = Stream()
        _ = stream.run(10)
        _ = stream.next(lag: .milliseconds(900))
        #expect(stream.planner.slowdown == 2)
        _ = stream.next(lag: .milliseconds(900))
        #expect(stream.planner.slowdown == 2, "not twice within two seconds")
        #expect(stream.next(lag: .milliseconds(2_100)) == .catchUp)
        #expect(stream.next(lag: .milliseconds(2_100)) == .skip, "until the next key frame")
        #expect(stream.planner.catchUpCount == 1)
        stream.planner.analysed(isBusy: true, at: .seconds(60))
        _ = stream.run(900)
        #expect(stream.planner.slowdown == 1, "when all is well again")
    }

    private func makePlanner(milliseconds: Int) -> DecodePlanner {
        var configuration = DecodePlanner.Configuration()
        configuration.analysisInterval = .milliseconds(milliseconds)
        return DecodePlanner(configuration: configuration)
    }

    @Test func allOfTwentyFiveOrThirtyPicturesAreAnalysedByDefault() {
        for rate in [25, 30] {
            var planner = DecodePlanner()
            #expect((0..<300).allSatisfy { planner.takes(.nanoseconds(1_000_000_000 / rate * $0)) })
        }
    }

    @Test func twelveAndAHalfOfTwentyFivePicturesAreAnalysed() {
        var planner = makePlanner(milliseconds: 80)
        let taken = (0..<250).filter { planner.takes(.milliseconds(40 * $0)) }
        #expect(taken.count == 125)
    }

    @Test func ofThirtyPicturesASecondAsManyAreAnalysedAsAsked() {
        var planner = makePlanner(milliseconds: 80)
        let taken = (0..<300).filter { planner.takes(.nanoseconds(33_333_333 * $0)) }
        #expect((120...130).contains(taken.count))
    }

    @Test func picturesThatComeSlowlyAreAllAnalysed() {
        var planner = DecodePlanner()
        #expect((0..<100).allSatisfy { planner.takes(.milliseconds(125 * $0)) })
    }
}
