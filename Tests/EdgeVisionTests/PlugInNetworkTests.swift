import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeVision

/// Networks that a user brings: tiny ones with known answers, and broken ones.
@Suite struct PlugInNetworkTests {
    private static let side = FrameSize(width: 64, height: 64)

    /// Labels: car, something that is no class of ours, person.
    private func makeModel(
        _ weights: Data, _ output: DetectionOutput, outputs: [String] = [],
        labels: [ObjectClass?] = [.car, nil, .person],
        region: FrameSize = side
    ) -> DetectorModel {
        DetectorModel(
            id: TrainedModelID(rawValue: "tiny 1"), weights: weights, input: NetworkInput(size: Self.side),
            whole: Self.side, region: region, outputs: outputs, output: output, labels: labels, candidateScore: 0.1,
            workingScores: [:], overlap: 0.5)
    }

    private func detect(
        _ model: DetectorModel, in canvas: Canvas = Canvas(width: 128, height: 64), _ looks: [DetectorLook]? = nil
    ) throws -> [Detection] {
        var detections: [Detection] = []
        let image = canvas.pixels()
        try ObjectDetector(model: model).detect(in: image, looks ?? [.whole(image.size)], into: &detections)
        return detections
    }

    private func expectBoxes(_ found: [Detection], _ expected: [(ObjectClass, Double, BoundingBox)]) {
        #expect(found.map(\.label) == expected.map(\.0))
        for (detection, (_, score, box)) in zip(found, expected) {
            #expect(abs(detection.confidence - score) < 0.001)
            #expect(detection.box.intersectionOverUnion(box) > 0.999, "\(detection.box) for \(box)")
            #expect(detection.model.rawValue == "tiny 1")
        }
    }

    /// The input is the 128 × 64 picture at half size with bars of 16 above and below.
    private let found = [
        (ObjectClass.car, 0.9, BoundingBox(x: 40, y: 8, width: 40, height: 24)),
        (ObjectClass.person, 0.6, BoundingBox(x: 100, y: 20, width: 8, height: 20)),
    ]

    @Test func aTableOfBoxesIsRead() throws {
        // Middle, width, height, scores: field after field. The third is of a label that is no class of ours.
        let answers: [Float] = [30, 52, 30, 26, 31, 26, 20, 4, 20, 12, 10, 12, 0.9, 0, 0, 0, 0, 0.8, 0, 0.6, 0]
        let network = TinyNetwork.answering(answers, shape: [1, 7, 3])
        expectBoxes(try detect(makeModel(network.file(), .yolo(hasObjectness: false))), found)
    }

    @Test func aTableWithObjectnessIsRead() throws {
        let answers: [Float] = [
            30, 26, 20, 12, 0.9, 1, 0, 0, 52, 31, 4, 10, 0.75, 0, 0, 0.8, 9, 9, 9, 9, 0.1, 0.9, 0, 0,
        ]
        let network = TinyNetwork.answering(answers, shape: [1, 3, 8])
        expectBoxes(try detect(makeModel(network.file(), .yolo(hasObjectness: true))), found)
    }

    @Test func aListWithBackgroundIsRead() throws {
        let answers: [Float] = [
            0, 1, 0.9, 20.0 / 64, 20.0 / 64, 40.0 / 64, 32.0 / 64,  //
            0, 0, 0.99, 0, 0, 1, 1,  // background
            0, 3, 0.6, 50.0 / 64, 26.0 / 64, 54.0 / 64, 36.0 / 64,  //
            0, 9, 0.9, 0, 0, 1, 1, -1, -1, 0.9, 0, 0, 1, 1,  // labels that there are not
        ]
        let network = TinyNetwork.answering(answers, shape: [1, 1, 5, 7])
        let model = makeModel(network.file(), .ssd, labels: [nil, .car, nil, .person])
        expectBoxes(try detect(model), found)
    }

    /// Two bright squares of the picture: the cells under them answer.
    @Test func mapsAnswerWhereThePictureIsBright() throws {
        var network = TinyNetwork()
        network.addMap(
            stride: 8, answers: [4, 4, 4, 4, -0.1, 0, 0], brightness: [0, 0, 0, 0, 1, 0, 0], output: "fine")
        network.addMap(
            stride: 16, answers: [10, 2, 6, 7, 0, 0, -0.5], brightness: [0, 0, 0, 0, 0, 0, 1], output: "coarse")
        let canvas = Canvas(width: 64, height: 64, level: 0)
        canvas.fill(x: 8, y: 24, width: 8, height: 8, level: 255)
        canvas.fill(x: 32, y: 16, width: 16, height: 16, level: 204)
        let model = makeModel(network.file(), .strideMaps(strides: [8, 16]), outputs: ["fine", "coarse"])
        let seen = try detect(model, in: canvas)
        expectBoxes(
            seen.filter { $0.confidence > 0.85 || $0.label == .person },
            [
                (.car, 0.9, BoundingBox(x: 8, y: 24, width: 8, height: 8)),
                (.person, 0.3, BoundingBox(x: 30, y: 22, width: 16, height: 9)),
            ])
        #expect(seen.filter { $0.label == .car }.count == 5, "four more cells of the second square at 0.7")
    }

    @Test func aPartOfThePictureIsLookedAtWithItsOwnInput() throws {
        var network = TinyNetwork()
        network.addMap(
            stride: 8, answers: [4, 4, 4, 4, -0.5, 0, 0], brightness: [0, 0, 0, 0, 1, 0, 0], output: "map")
        let canvas = Canvas(width: 640, height: 360, level: 0)
        canvas.fill(x: 500, y: 200, width: 8, height: 8, level: 255)
        let model = makeModel(
            network.file(), .strideMaps(strides: [8]), region: FrameSize(width: 128, height: 128))
        let look = DetectorLook(.region, part: BoundingBox(x: 436, y: 152, width: 128, height: 128))
        expectBoxes(
            try detect(model, in: canvas, [look]), [(.car, 0.5, BoundingBox(x: 500, y: 200, width: 8, height: 8))])
    }

    /// A car at the left, one at the upper and one at the right edge of the part: an edge inside the picture cuts.
    @Test func whatAPartCutsIsLeftOutButNotWhatThePictureEnds() throws {
        let fields: [[Float]] = [
            [2, 32, 62], [32, 2, 32], [4, 20, 4], [20, 4, 20], [0.9, 0.8, 0.7], [0, 0, 0], [0, 0, 0],
        ]
        let network = TinyNetwork.answering(fields.flatMap(\.self), shape: [1, 7, 3])
        let detector = try ObjectDetector(model: makeModel(network.file(), .yolo(hasObjectness: false)))
        let canvas = Canvas(width: 128, height: 128)
        var seen: [Detection] = []
        for (x, y, side, expected) in [(0.0, 0.0, 64.0, 2), (64, 0, 64, 2), (32, 32, 64, 0), (0, 0, 128, 3)] {
            let part = BoundingBox(x: x, y: y, width: side, height: side)
            try detector.detect(in: canvas.pixels(), [DetectorLook(.region, part: part)], into: &seen)
            #expect(seen.count == expected, "\(part)")
        }
    }

    @Test func whatIsNoNumberIsNoDetection() throws {
        for bad in [Float.nan, .infinity, -.infinity] {
            for field in 0..<5 {
                var table: [Float] = [30, 26, 20, 12, 0.9, 0, 0], list: [Float] = [0, 0, 0.9, 0.1, 0.1, 0.5, 0.5]
                table[field] = bad
                list[field + 2] = bad
                let first = TinyNetwork.answering(table, shape: [1, 7, 1])
                #expect(try detect(makeModel(first.file(), .yolo(hasObjectness: false))) == [])
                #expect(try detect(makeModel(TinyNetwork.answering(list, shape: [1, 1, 1, 7]).file(), .ssd)) == [])
            }
        }
        let kind = TinyNetwork.answering([0, .nan, 0.9, 0.1, 0.1, 0.5, 0.5], shape: [1, 1, 1, 7])
        #expect(try detect(makeModel(kind.file(), .ssd)) == [])
        let all = TinyNetwork.answering([Float](repeating: .nan, count: 8), shape: [1, 1, 8])
        #expect(try detect(makeModel(all.file(), .yolo(hasObjectness: true))) == [])
    }

    @Test func absurdNumbersAreCutAtThePicture() throws {
        let network = TinyNetwork.answering([32, 32, 3e38, 3e38, 0.9, 0, 0], shape: [1, 7, 1])
        let seen = try detect(makeModel(network.file(), .yolo(hasObjectness: false)))
        #expect(seen.allSatisfy { $0.box == BoundingBox(x: 0, y: 0, width: 128, height: 64) })
    }

    @Test(.timeLimit(.minutes(1)))
    func thousandsOfBoxesAtOnceAreBounded() throws {
        let count = 3_000
        let columns = (0..<count).map { Float($0 % 60) + 2 }, rows = (0..<count).map { Float($0 / 60) / 2 + 20 }
        let size = [Float](repeating: 0.6, count: count), none = [Float](repeating: 0, count: count)
        let scores = (0..<count).map { 0.2 + Float($0) / Float(count) / 2 }
        let network = TinyNetwork.answering(columns + rows + size + size + scores + none + none, shape: [1, 7, count])
        let seen = try detect(makeModel(network.file(), .yolo(hasObjectness: false)))
        #expect(seen.count == CandidateReader.limit, "the best, no more")
        #expect(seen.map(\.confidence) == seen.map(\.confidence).sorted(by: >))
        #expect(seen.allSatisfy { $0.confidence > 0.53 })
    }

    // MARK: - Files that are none, or do not fit

    private func expectRefusal(
        _ model: DetectorModel, saying words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: sourceLocation) {
            try ObjectDetector(model: model)
        } throws: { error in
            let text = "\(error)"
            return (error as? VisionError)?.kind == .badInput && words.allSatisfy { text.contains($0) }
        }
    }

    @Test func anythingButANetworkIsRefused() {
        var random = SeededGenerator(state: 7)
        let noise = Data((0..<20_000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        let whole = TinyNetwork.answering([30, 26, 20, 12, 0.9, 0, 0], shape: [1, 7, 1]).file()
        let files = [noise, Data("no network".utf8), Data(repeating: 0, count: 4_096)]
        for file in files + [1, 10, whole.count / 2, whole.count - 1].map({ whole.prefix($0) }) {
            expectRefusal(makeModel(file, .yolo(hasObjectness: false)), saying: "network read", "no ONNX network")
        }
        expectRefusal(makeModel(Data(), .yolo(hasObjectness: false)), saying: "network read")
    }

    @Test func weightsInAnotherFileAreRefused() {
        let file = TinyNetwork.answering([30, 26, 20, 12, 0.9, 0, 0], shape: [1, 7, 1]).file(weightsElsewhere: true)
        expectRefusal(makeModel(file, .yolo(hasObjectness: false)), saying: "lie in another file", "inline")
    }

    /// OpenCV 4.6 would follow a null pointer.
    @Test func aLayerWithoutWeightsIsRefused() {
        var network = TinyNetwork.answering([30, 26, 20, 12, 0.9, 0, 0], shape: [1, 7, 1])
        network.dropWeights()
        expectRefusal(makeModel(network.file(), .yolo(hasObjectness: false)), saying: "layer 'list'", "list-weights")
    }

    @Test func anOutputThatIsMissingIsRefused() {
        let file = TinyNetwork.answering([30, 26, 20, 12, 0.9, 0, 0], shape: [1, 7, 1]).file()
        expectRefusal(
            makeModel(file, .yolo(hasObjectness: false), outputs: ["nothing"]), saying: "lacks an output")
    }

    @Test func anotherShapeThanDescribedIsRefusedWithBoth() {
        let answers: [Float] = [30, 26, 20, 12, 0.9, 0, 0]
        let table = TinyNetwork.answering(answers, shape: [1, 7, 1]).file()
        expectRefusal(
            makeModel(table, .yolo(hasObjectness: false), labels: [.car]), saying: "[1, 7, 1]", "1 × 5 × boxes")
        expectRefusal(makeModel(table, .yolo(hasObjectness: true)), saying: "[1, 7, 1]", "1 × boxes × 8")
        expectRefusal(makeModel(table, .strideMaps(strides: [8])), saying: "[1, 7, 1]", "1 × 7 × rows × columns")
        expectRefusal(makeModel(table, .ssd), saying: "[1, 7, 1]", "1 × 1 × boxes × 7")
        expectRefusal(makeModel(table, .strideMaps(strides: [8, 16])), saying: "1 outputs for 2 strides")
    }

    @Test func stridesInAnotherOrderThanTheMapsAreRefused() {
        var network = TinyNetwork()
        for stride in [8, 16] {
            network.addMap(
                stride: stride, answers: [4, 4, 4, 4, 0, 0, 0], brightness: [Float](repeating: 0, count: 7),
                output: "map\(stride)")
        }
        let model = makeModel(network.file(), .strideMaps(strides: [16, 8]), outputs: ["map8", "map16"])
        expectRefusal(model, saying: "8 × 8 cells", "stride 16")
    }

    @Test func inputsThatAreTooSmallOrTooLargeAreRefused() {
        let file = TinyNetwork.answering([30, 26, 20, 12, 0.9, 0, 0], shape: [1, 7, 1]).file()
        for side in [-1, 0, 7, 4_097, .max] {
            let model = makeModel(file, .yolo(hasObjectness: false), region: FrameSize(width: side, height: 64))
            expectRefusal(model, saying: "8...4096")
        }
    }
}
