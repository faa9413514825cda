import EdgeCore
import EdgeVision
import EventModel
import Testing

@Suite struct MotionDetectorTests {
    @Test(arguments: [2.0, 6, 12.5, 25, 30])
    func aMovingSquareIsOneDetectionAtItsPlace(framesPerSecond: Double) throws {
        var detector = try MotionDetector()
        let streets = Canvas.streets(noise: 4)
        for index in 0..<Int(4 * framesPerSecond) {
            let seconds = Double(index) / framesPerSecond
            let left = Int(80 + 100 * (seconds - 1))
            let canvas = Canvas()
            canvas.copy(streets[index % streets.count])
            if seconds >= 1 { canvas.fill(x: left, y: 120, width: 60, height: 40, level: 220) }
            try detector.update(with: canvas.frame(seconds: seconds))
            if seconds < 1 { #expect(detector.detections == []) }
            guard seconds > 1.5 else { continue }
            let box = BoundingBox(x: Double(left), y: 120, width: 60, height: 40)
            #expect(detector.detections.count == 1)
            #expect((detector.detections.first?.box.intersectionOverUnion(box) ?? 0) > 0.75)
        }
        #expect(detector.state == .moving)
        #expect(detector.detections.allSatisfy { $0.label == .moving && $0.model == .motion })
        #expect(detector.detections.allSatisfy { (0.5...1).contains($0.confidence) })
    }

    @Test func aStillNoisySceneStaysQuiet() throws {
        var detector = try MotionDetector()
        let streets = Canvas.streets(noise: 12, count: 16)
        for index in 0..<100 {
            try detector.update(with: streets[index * 7 % streets.count].frame(seconds: Double(index) / 10))
            #expect(detector.detections == [])
        }
        #expect(detector.state == .quiet)
    }

    @Test func aStoppedObjectIsAbsorbedInTheStatedTimeAndItsGhostHeals() throws {
        var configuration = MotionConfiguration()
        configuration.absorbAfter = .seconds(20)
        var detector = try MotionDetector(configuration: configuration)
        var presentAt: [Int: Bool] = [:]
        for index in 0..<600 {
            let seconds = Double(index) / 10
            let canvas = Canvas()
            let left = seconds < 5 ? -100 : min(300, Int(80 * (seconds - 5)))
            if seconds < 50 { canvas.fill(x: left, y: 150, width: 60, height: 40, level: 200) }
            try detector.update(with: canvas.frame(seconds: seconds))
            presentAt[index] = !detector.detections.isEmpty
            if index == 150 { #expect(detector.state == .quiet) }  // it stands since 8.75 s
        }
        #expect(presentAt[250] == true)
        #expect(presentAt[320] == false)
        #expect(presentAt[505] == true)  // it is gone: its place differs
        #expect(presentAt[525] == false)  // and has healed within two seconds and a half
    }

    @Test func whatLeavesTheFirstPictureIsSoonForgotten() throws {
        var detector = try MotionDetector()
        for index in 0..<75 {
            let canvas = Canvas()
            canvas.fill(x: 200 + 12 * index, y: 150, width: 60, height: 40, level: 30)
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
        }
        #expect(detector.detections == [])
    }

    @Test func anObjectBelowTheMinimumIsLeftOut() throws {
        var configuration = MotionConfiguration()
        configuration.minimumAreaShare = 0.01
        var detector = try MotionDetector(configuration: configuration)
        for index in 0..<50 {
            let canvas = Canvas()
            canvas.fill(x: 4 * index, y: 150, width: 30, height: 30, level: 220)
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            #expect(detector.detections == [])
        }
    }

    @Test func aMaskHidesWhatMovesInsideIt() throws {
        var configuration = MotionConfiguration()
        configuration.masks = [[Point(x: 0, y: 0), Point(x: 320, y: 0), Point(x: 320, y: 90), Point(x: 0, y: 90)]]
        configuration.maskFrameSize = FrameSize(width: 320, height: 180)
        var detector = try MotionDetector(configuration: configuration)
        for index in 0..<50 {
            let canvas = Canvas()
            canvas.fill(x: 5 * index, y: 60, width: 60, height: 40, level: 220)
            if index > 30 { canvas.fill(x: 5 * index, y: 260, width: 60, height: 40, level: 220) }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            #expect(detector.detections.allSatisfy { $0.box.y >= 180 })
        }
        #expect(detector.detections.count == 1)
    }

    @Test func moreRegionsThanAllowedAreCounted() throws {
        var configuration = MotionConfiguration()
        configuration.maximumDetectionCount = 3
        var detector = try MotionDetector(configuration: configuration)
        for index in 0..<10 {
            let canvas = Canvas()
            for item in 0..<5 where index > 0 {
                canvas.fill(x: 20 + 120 * item + 3 * index, y: 100, width: 30 + 8 * item, height: 30, level: 220)
            }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
        }
        #expect(detector.detections.count == 3)
        #expect(detector.droppedRegionCount >= 2)
        #expect(detector.detections.first.map { $0.box.x > 480 } == true)
    }

    @Test func aCalmSceneGetsASparseLookAndASmallObjectIsStillSeenAtOnce() throws {
        var detector = try MotionDetector()
        let streets = Canvas.streets(noise: 4)
        for index in 0..<100 {
            try detector.update(with: streets[index % streets.count].frame(seconds: Double(index) / 25))
        }
        let skipped = detector.skippedFrameCount
        #expect(skipped > 40)
        for index in 100..<110 {
            let canvas = Canvas()
            canvas.copy(streets[index % streets.count])
            canvas.fill(x: 300 + index, y: 201, width: 14, height: 14, level: 250)
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            #expect(detector.detections.count == 1, "frame \(index)")
        }
        #expect(detector.skippedFrameCount == skipped)
    }
}
