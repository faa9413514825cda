import EdgeCore
import EdgeVision
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeAgent
@testable import EdgeTracking

@Suite struct DetectorBudgetTests {
    private let first = CameraID(rawValue: "cam-1"), second = CameraID(rawValue: "cam-2")

    @Test func camerasThatAskShareAndTheOthersGiveTheirsAway() throws {
        let (first, second) = (try #require(first), try #require(second))
        let budget = DetectorBudget(millisecondsPerSecond: 500, millisecondsPerLook: 10)
        func share(_ camera: CameraID, _ seconds: Double) -> Double {
            budget.share(of: camera, now: .seconds(seconds)).looksPerSecond
        }
        #expect(share(first, 0) == 50)
        #expect(share(second, 1) == 25 && share(first, 1.5) == 25)
        #expect(share(second, 2.9) == 25, "asked a moment ago")
        #expect(share(second, 3.6) == 50, "the first is quiet")
    }

    @Test func theShareFollowsWhatLooksReallyCost() throws {
        let first = try #require(first)
        let budget = DetectorBudget(millisecondsPerSecond: 500, millisecondsPerLook: 10)
        budget.note(cost: .seconds(9), looks: 0)
        #expect(budget.share(of: first, now: .zero).looksPerSecond == 50)
        for _ in 0..<500 { budget.note(cost: .milliseconds(80), looks: 4) }
        #expect(abs(budget.share(of: first, now: .zero).looksPerSecond - 25) < 0.1)
    }
}

@Suite struct CameraDetectionTests {
    private static let size = FrameSize(width: 1_280, height: 720)

    private func makeDetection(_ millisecondsPerSecond: Double) throws -> CameraDetection {
        let side = FrameSize(width: 64, height: 64)
        let network = TinyNetwork.answering([32, 32, 10, 10, 0.9], shape: [1, 5, 1])
        let model = DetectorModel(
            id: TrainedModelID(rawValue: "tiny 1"), weights: network.file(), input: NetworkInput(size: side),
            whole: side, region: side, outputs: [], output: .yolo(hasObjectness: false), labels: [.car],
            candidateScore: 0.1, workingScores: [:], overlap: 0.5)
        let budget = DetectorBudget(millisecondsPerSecond: millisecondsPerSecond, millisecondsPerLook: 10)
        return CameraDetection(
            camera: testCamera, detector: try ObjectDetector(model: model), budget: budget, clock: .stream)
    }

    /// Objects far from one another, never named.
    private func makeTracks(_ count: Int) -> [UnnamedTrack] {
        (0..<count).map {
            UnnamedTrack(
                box: BoundingBox(x: 20 + 150 * Double($0), y: 300, width: 50, height: 40), lookCount: 0, lookedAt: nil,
                isStill: false)
        }
    }

    private func makeFrame(_ index: Int) -> Frame {
        let picture = Picture(size: Self.size, boxLeft: nil)
        let plane = PixelPlane(
            baseAddress: UnsafePointer(picture.bytes), bytesPerRow: Self.size.width, width: Self.size.width,
            height: Self.size.height)
        let image = PixelBuffer(
            size: Self.size, format: .gray, isFullRange: true, luma: plane, chroma: nil, owner: picture)
        return Frame(
            camera: testCamera, session: 1, index: index, time: makeFrameTime(Double(index) / 25), image: image)
    }

    private func looks(_ millisecondsPerSecond: Double, tracks: Int, frame: Frame) throws -> [Int] {
        var detection = try makeDetection(millisecondsPerSecond)
        return try (0..<100).map { index in
            let now = Frame(
                camera: testCamera, session: 1, index: index, time: makeFrameTime(Double(index) / 25),
                image: frame.image)
            try detection.look(at: now, makeTracks(tracks))
            #expect(detection.detections.count == detection.parts.count)
            return detection.parts.count
        }
    }

    @Test func aFileIsLookedAtTheSameWayOnEveryMachineAndWithinTheBudget() throws {
        let frame = makeFrame(0)
        let first = try looks(100, tracks: 6, frame: frame)
        #expect(try looks(100, tracks: 6, frame: frame) == first)
        #expect(first.allSatisfy { $0 <= 4 } && first[0] == 4)
        #expect((40...44).contains(first.reduce(0, +)), "4 at once, then 10 a second for 4 seconds")
        #expect(try looks(8_000, tracks: 6, frame: frame).allSatisfy { $0 == 4 }, "never more at one picture")
    }

    @Test func aShortBudgetIsCountedAndAnAmpleOneIsNot() throws {
        let frame = makeFrame(0)
        var short = try makeDetection(100), ample = try makeDetection(8_000)
        for index in 0..<50 {
            let now = Frame(
                camera: testCamera, session: 1, index: index, time: makeFrameTime(Double(index) / 25),
                image: frame.image)
            try short.look(at: now, makeTracks(2))
            try ample.look(at: now, makeTracks(2))
        }
        #expect(short.shortCount > 25 && ample.shortCount == 0)
        #expect(ample.lookCount == 100 && short.lookCount <= 25)
    }

    @Test func nothingThatMovesCostsNothing() throws {
        var detection = try makeDetection(500)
        try detection.look(at: makeFrame(0), [])
        #expect(detection.lookCount == 0 && detection.shortCount == 0 && detection.parts.isEmpty)
    }

    @Test func whatWasFoundBeforeIsGone() throws {
        var detection = try makeDetection(500)
        try detection.look(at: makeFrame(0), makeTracks(1))
        #expect(detection.detections.map(\.label) == [.car])
        try detection.look(at: makeFrame(1), [])
        #expect(detection.detections.isEmpty && detection.parts.isEmpty)
    }
}

@Suite struct DetectionShortageTests {
    private func load(_ looks: UInt64, short: UInt64) -> [(camera: CameraID, load: CameraLoad)] {
        [(testCamera, CameraLoad(detection: CameraLoad.Detection(looks: looks, shortPictures: short)))]
    }

    @Test func theTextSaysWhichCameraAndWhatToDoAndOnlyWhileItLasts() throws {
        var shortage = DetectionShortage()
        let first = shortage.problem(load(10, short: 100))
        let text = try #require(first)
        #expect(text.contains("nga-tu-01") && text.contains("detector.milliseconds-per-second"))
        let later = [(10, 100), (500, 150), (501, 165), (510, 265)].map { shortage.problem(load($0.0, short: $0.1)) }
        #expect(
            later.map { $0 != nil } == [false, false, false, true], "nothing new; more looked at than not; a moment")
    }

    @Test func countersThatBeginAnewHarmNobody() {
        var shortage = DetectionShortage()
        let problems = [(1_000, 1_000), (3, 5), (10, 105)].map { shortage.problem(load($0.0, short: $0.1)) }
        #expect(problems.map { $0 != nil } == [false, false, true])
    }
}
