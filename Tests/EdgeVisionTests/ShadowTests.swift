import EdgeCore
import EdgeVision
import EventModel
import Testing

/// The sun is not part of a vehicle.
@Suite struct ShadowTests {
    /// Bright bodies at the given columns, each with its shadow of `shadowWidth` pixels to the left.
    private func boxes(of bodies: [Int], shadowWidth: Int, shadowPercent: Int = 56) throws -> [BoundingBox] {
        var detector = try MotionDetector()
        for index in 0..<30 {
            let canvas = Canvas(level: 110)
            for left in bodies where index > 15 {
                let x = left + 4 * index
                canvas.fill(
                    x: x - shadowWidth, y: 140, width: shadowWidth, height: 30, level: UInt8(110 * shadowPercent / 100))
                canvas.fill(x: x, y: 120, width: 50, height: 50, level: 210)
            }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
        }
        return detector.detections.map(\.box).sorted { $0.x < $1.x }
    }

    @Test func aCastShadowIsCutOff() throws {
        let found = try boxes(of: [100], shadowWidth: 40)
        #expect(found.count == 1)
        #expect(abs((found.first?.x ?? 0) - 216) <= 4)
        #expect(abs((found.first?.width ?? 0) - 50) <= 6)
    }

    @Test func twoVehiclesThatAShadowJoinsAreTwo() throws {
        let found = try boxes(of: [100, 175], shadowWidth: 25)
        #expect(found.count == 2)
    }

    @Test func aDullVehicleStaysWhole() throws {
        var detector = try MotionDetector()
        for index in 0..<30 {
            let canvas = Canvas(level: 110)
            if index > 15 { canvas.fill(x: 100 + 4 * index, y: 120, width: 60, height: 40, level: 66) }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
        }
        #expect(detector.detections.count == 1)
        #expect(abs((detector.detections.first?.box.width ?? 0) - 60) <= 4)
    }
}
