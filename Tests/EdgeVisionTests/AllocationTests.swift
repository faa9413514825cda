import EdgeCore
import EdgeVision
import Testing

@Suite struct AllocationTests {
    @Test func detectionsStayInTheSameMemory() throws {
        var detector = try MotionDetector()
        var places = Set<UnsafeRawPointer>()
        for index in 0..<200 {
            let canvas = Canvas()
            for item in 0..<(index % 5) {
                canvas.fill(x: 3 * index + 150 * item - 300, y: 60 * item + 40, width: 60, height: 40, level: 240)
            }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            detector.detections.withUnsafeBytes { bytes in
                if let place = bytes.baseAddress { places.insert(place) }
            }
        }
        #expect(places.count == 1)
    }
}
