import EdgeCore
import EdgeVision
import EventModel
import Testing

@Suite struct MotionDetectorTests {
    @Test func aMovingSquareIsOneDetectionAtItsPlace() throws {
        var detector = try MotionDetector()
        for index in 0..<50 {
            let canvas = Canvas(width: 640, height: 360)
            if index >= 10 { canvas.fill(x: 100 + 5 * index, y: 120, width: 60, height: 40, level: 180) }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            if index < 10 { #expect(detector.detections.isEmpty) }
        }
        let box = try #require(detector.detections.first).box
        #expect(detector.detections.count == 1)
        #expect(box.intersectionOverUnion(BoundingBox(x: 345, y: 120, width: 60, height: 40)) > 0.85)
        #expect(detector.state == .moving)
    }
}
