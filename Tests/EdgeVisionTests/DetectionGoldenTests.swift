import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeVision

/// The known answers that the training code keeps beside the weights, read by the product's own code.
@Suite struct DetectionGoldenTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Models/Trained/vehicle-detector/Golden")
    private static let labels: [ObjectClass] = [.motorbike, .car, .bus, .truck, .bicycle, .person, .threeWheeler]

    private struct Golden: Decodable {
        var width: Int
        var height: Int
        var picture: [Int]
        var strides: [Int]
        var thresholds: [Float]
        var overlap: Double
        var cells: [Cell]
        var boxes: [[Double]]
    }

    /// Stride, row, column, four distances and the scores by label.
    private struct Cell: Decodable {
        var place: [Int] = []
        var distances: [Float] = []
        var scores: [String: Float]

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            for _ in 0..<3 { place.append(try container.decode(Int.self)) }
            for _ in 0..<4 { distances.append(try container.decode(Float.self)) }
            scores = try container.decode([String: Float].self)
        }
    }

    @Test func sparseMapsGiveTheKnownBoxesInTheKnownOrder() throws {
        let data = try Data(contentsOf: Self.folder.appendingPathComponent("decode.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: data)
        var reader = CandidateReader(output: .strideMaps(strides: golden.strides), thresholds: golden.thresholds)
        reader.begin()
        for (index, stride) in golden.strides.enumerated() {
            let problem = read(map(golden, stride), into: &reader, index, golden, stride)
            #expect(problem == nil)
        }
        reader.finish()
        let found = boxes(reader.candidates, golden)
        #expect(found.map(\.label) == golden.boxes.map { Self.labels[Int($0[0])] })
        for (detection, box) in zip(found, golden.boxes) {
            let corners = [detection.box.x, detection.box.y, detection.box.maxX, detection.box.maxY]
            #expect(abs(detection.confidence - box[1]) < 0.005)
            #expect(zip(corners, box[2...]).allSatisfy { abs($0 - $1) < 0.5 }, "\(corners) for \(box)")
        }
    }

    private func map(_ golden: Golden, _ stride: Int) -> [Float] {
        let (rows, columns) = (golden.height / stride, golden.width / stride)
        var map = [Float](repeating: 0, count: (4 + golden.thresholds.count) * rows * columns)
        for cell in golden.cells where cell.place[0] == stride {
            let index = cell.place[1] * columns + cell.place[2]
            for side in 0..<4 { map[side * rows * columns + index] = cell.distances[side] }
            for (label, score) in cell.scores { map[(4 + (Int(label) ?? -1)) * rows * columns + index] = score }
        }
        return map
    }

    private func read(
        _ map: [Float], into reader: inout CandidateReader, _ index: Int, _ golden: Golden, _ stride: Int
    ) -> String? {
        let shape = [1, 4 + golden.thresholds.count, golden.height / stride, golden.width / stride]
        return map.withUnsafeBufferPointer {
            reader.read(output: index, $0, shape: shape, input: (golden.width, golden.height))
        }
    }

    /// Candidates in the picture's pixels, after suppression.
    private func boxes(_ candidates: [Candidate], _ golden: Golden) -> [Detection] {
        let (width, height) = (Double(golden.picture[0]), Double(golden.picture[1]))
        let scale = min(Double(golden.width) / width, Double(golden.height) / height)
        let fit = InputFit(
            origin: Point(x: 0, y: 0), scale: scale,
            offset: Point(x: 0, y: ((Double(golden.height) - height * scale) / 2).rounded(.down)))
        var detections = candidates.map { candidate in
            let box = fit.box(fromInput: (candidate.left, candidate.top, candidate.right, candidate.bottom))
            return Detection(
                box: box.intersection(BoundingBox(x: 0, y: 0, width: width, height: height)),
                label: Self.labels[candidate.label], confidence: Double(candidate.score), model: .motion)
        }
        Suppression.withinClasses(&detections, overlap: golden.overlap)
        return detections
    }
}

@Suite struct SuppressionTests {
    private func makeDetection(_ x: Double, _ label: ObjectClass = .car, _ confidence: Double = 0.5) -> Detection {
        Detection(
            box: BoundingBox(x: x, y: 0, width: 100, height: 100), label: label, confidence: confidence, model: .motion)
    }

    @Test func theBestOfAClassStaysAndOthersKeepTheirPlace() {
        var detections = [
            makeDetection(0, .car, 0.5), makeDetection(10, .car, 0.9), makeDetection(5, .bus, 0.4),
            makeDetection(200, .car, 0.1),
        ]
        Suppression.withinClasses(&detections, overlap: 0.5)
        #expect(detections.map(\.box.x) == [10, 5, 200])
        ObjectDetector.nameOnce(&detections)
        #expect(detections.map(\.box.x) == [10, 200])
    }

    @Test func whatASuppressedBoxOverlapsStays() {
        var detections = [makeDetection(0, .car, 0.9), makeDetection(30, .car, 0.8), makeDetection(60, .car, 0.7)]
        Suppression.withinClasses(&detections, overlap: 0.5)
        #expect(detections.map(\.box.x) == [0, 60])
    }

    @Test func equalsStayInTheirOrder() {
        var detections = (0..<20).map { makeDetection(Double(($0 * 7) % 20) * 200) }
        let before = detections
        Suppression.withinClasses(&detections, overlap: 0.5)
        #expect(detections == before)
    }

    @Test func nothingIsNothing() {
        var none: [Detection] = []
        Suppression.withinClasses(&none, overlap: 0)
        Suppression.acrossClasses(&none, overlap: 0)
        #expect(none.isEmpty)
    }
}

@Suite struct DetectorLookTests {
    private static let sizes = [
        (1, 1), (213, 213), (214, 100), (320, 180), (641, 361), (1_920, 1_080), (7_680, 4_320), (100, 8_000),
        (32_768, 8),
    ]

    @Test(arguments: sizes, [320 / 1.5, 64.5, 320])
    func tilesCoverEveryPixelOverlapAndStayInside(size: (Int, Int), side: Double) {
        let tiles = DetectorLook.tiles(FrameSize(width: size.0, height: size.1), side: side, limit: 60)
        #expect((1...60).contains(tiles.count))
        #expect(tiles.allSatisfy { $0.part.maxX <= Double(size.0) && $0.part.maxY <= Double(size.1) })
        for (length, spans) in [
            (size.0, tiles.map { ($0.part.x, $0.part.maxX) }), (size.1, tiles.map { ($0.part.y, $0.part.maxY) }),
        ] {
            let ordered = spans.sorted { $0 < $1 }
            var covered = 0.0
            for (start, end) in ordered {
                #expect(
                    start == 0 || start <= covered - (end - start) / 4 + 1 || end <= covered, "\(start) of \(length)")
                covered = max(covered, end)
            }
            #expect(covered == Double(length), "the last ends where the picture does, and cuts nothing there")
        }
        #expect(Set(tiles.map(\.part.x)).count * Set(tiles.map(\.part.y)).count == tiles.count, "a grid")
    }
}
