import EdgeCore
import EdgeVision
import EventModel
import Testing

@Suite struct OddPictureTests {
    @Test(arguments: [
        (1, 1), (1, 2000), (2000, 1), (3, 5), (63, 65), (641, 361), (1003, 577), (1920, 1080), (2592, 1944),
        (7680, 4320),
    ])
    func everySizeWorks(width: Int, height: Int) throws {
        var detector = try MotionDetector()
        for index in 0..<6 {
            let canvas = Canvas(width: width, height: height)
            if index == 5 { canvas.fill(x: width / 4, y: height / 4, width: width / 4, height: height / 4, level: 250) }
            try detector.update(with: canvas.frame(seconds: Double(index) / 10))
        }
        guard width >= 63, height >= 65 else { return }
        let box = try #require(detector.detections.first).box
        let truth = BoundingBox(
            x: Double(width / 4), y: Double(height / 4), width: Double(width / 4), height: Double(height / 4))
        #expect(box.intersectionOverUnion(truth) > 0.7)
    }

    @Test func rowsMayBeLongerThanThePicture() throws {
        var detector = try MotionDetector()
        for index in 0..<10 {
            let canvas = Canvas(width: 642, height: 360, bytesPerRow: 1024)
            for row in 0..<360 {
                for column in 642..<1024 { canvas.memory[row * 1024 + column] = UInt8(truncatingIfNeeded: index * 37) }
            }
            try detector.update(with: canvas.frame(seconds: Double(index) / 10))
            #expect(detector.detections == [])
        }
    }

    @Test func anotherSizeBeginsANewBackground() throws {
        var detector = try MotionDetector()
        for index in 0..<20 {
            let canvas = index < 10 ? Canvas(width: 640, height: 360) : Canvas(width: 1280, height: 720, level: 200)
            try detector.update(with: canvas.frame(seconds: Double(index) / 10))
            #expect(detector.detections == [])
            #expect(detector.lightingChanged == false)
        }
    }

    @Test func aNewSessionKeepsTheBackground() throws {
        var detector = try MotionDetector()
        let street = Canvas.streets(noise: 0, count: 1)[0]
        for index in 0..<30 {
            let canvas = Canvas()
            canvas.copy(street)
            if index >= 20 { canvas.fill(x: 200, y: 150, width: 60, height: 40, level: 250) }
            let session = index < 20 ? 1 : 2
            try detector.update(with: canvas.frame(seconds: Double(index % 20) / 10, session: session))
        }
        #expect(detector.detections.count == 1)
    }

    @Test func timeThatStandsStillOrJumpsIsTolerated() throws {
        var detector = try MotionDetector()
        let street = Canvas.streets(noise: 0, count: 1)[0]
        for seconds in [0, 0, 5000, 4999, 4999.04, 86_400, 86_400.04, 1] {
            try detector.update(with: street.frame(seconds: seconds))
            #expect(detector.detections == [])
        }
        #expect(detector.state == .quiet)
    }
}
