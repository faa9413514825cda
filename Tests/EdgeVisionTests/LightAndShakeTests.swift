import EdgeCore
import EdgeVision
import EventModel
import Testing

@Suite struct LightAndShakeTests {
    @Test func aLightSwitchRaisesTheFlagAndReportsNothing() throws {
        var detector = try MotionDetector()
        var flagged = 0
        let dark = Canvas(), bright = Canvas()
        dark.drawStreet()
        bright.map { x, y, _ in 210 - (x / 40 + y / 40) % 2 * 90 }
        for index in 0..<100 {
            let canvas = index < 50 ? dark : bright
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            flagged += detector.lightingChanged ? 1 : 0
            #expect(detector.detections == [])
        }
        #expect((5...25).contains(flagged))  // 700 ms
        #expect(detector.state == .quiet)
    }

    @Test(arguments: [5.0, 12.5])
    func slowChangesOfLightAreFollowed(framesPerSecond: Double) throws {
        var detector = try MotionDetector()
        for index in 0..<Int(12 * framesPerSecond) {
            let seconds = Double(index) / framesPerSecond
            let canvas = Canvas(width: 320, height: 180)
            canvas.drawStreet()
            canvas.map { _, _, level in Int(Double(level) * (1 + 0.4 * min(1, max(0, seconds - 2) / 4))) }
            try detector.update(with: canvas.frame(seconds: seconds))
            #expect(detector.detections == [], "at \(seconds) s")
        }
    }

    @Test func aPulsingPictureIsNoMotion() throws {
        var detector = try MotionDetector()
        // Each key frame is a little brighter and rougher than the pictures between.
        let keyFrames = Canvas.streets(noise: 9, count: 3), others = Canvas.streets(noise: 3, seed: 2)
        for canvas in keyFrames { canvas.map { _, _, level in level + 5 } }
        for index in 0..<150 {
            let canvas = index % 25 == 0 ? keyFrames[index / 25 % keyFrames.count] : others[index % others.count]
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            #expect(detector.detections == [])
        }
    }

    @Test func aShakingCameraSeesNothingMoveAndStillSeesTheCar() throws {
        var detector = try MotionDetector()
        let shake = [(0, 0), (2, 1), (-1, 2), (-2, -2), (1, -1), (3, 0)]
        let streets = shake.map { dx, dy in
            let canvas = Canvas()
            canvas.drawStreet(dx: dx, dy: dy)
            return canvas
        }
        for index in 0..<150 {
            let (dx, dy) = shake[index * 7 % shake.count]
            let canvas = Canvas()
            canvas.copy(streets[index * 7 % shake.count])
            let left = 4 * (index - 75)
            if index >= 75 { canvas.fill(x: left + dx, y: 120 + dy, width: 70, height: 50, level: 250) }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            if index < 75 { #expect(detector.detections == [], "frame \(index)") }
            guard index >= 100 else { continue }
            let box = BoundingBox(x: Double(left + dx), y: Double(120 + dy), width: 70, height: 50)
            #expect(detector.detections.count == 1, "frame \(index)")
            #expect((detector.detections.first?.box.intersectionOverUnion(box) ?? 0) > 0.75)
        }
    }

    @Test func flickeringLeavesAreSoonIgnored() throws {
        var detector = try MotionDetector()
        var noise = SeededGenerator(state: 4)
        let street = Canvas.streets(noise: 0, count: 1)[0]
        var lateDetections = 0
        for index in 0..<500 {
            let canvas = Canvas()
            canvas.copy(street)
            for _ in 0..<60 {
                let x = 400 + Int(noise.next() % 120), y = 40 + Int(noise.next() % 80)
                canvas.fill(x: x, y: y, width: 14, height: 10, level: 120)
            }
            try detector.update(with: canvas.frame(seconds: Double(index) / 25))
            if index >= 250 { lateDetections += detector.detections.count }
        }
        #expect(lateDetections < 50)  // fewer than one frame in five shows one
    }
}
