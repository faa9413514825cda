import EdgeCore
import EdgeVision
import EventModel
import Foundation
import SiteCalibration
import TestSupport
import Testing

@testable import EdgeAgent

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Models/Trained/crowd-counter")

private func golden<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent("Golden/\(name)")))
}

/// The committed network, and what the reference in Python says of the same pictures and maps.
@Suite struct CrowdCounterTests {
    private struct KnownMap: Decodable {
        struct Cell: Decodable {
            var row: Int
            var column: Int
            var people: Float
        }
        var columns: Int
        var rows: Int
        var stride: Double
        var scale: Double
        var left: Double
        var top: Double
        var picture: [Int]
        var cells: [Cell]
        var people: Double
        var limit: Double
        var crowdedShare: Double
        var points: [[Double]]
    }

    private struct KnownSquare: Decodable {
        var file: String
        var people: Double
        var level: Double
        var count: Int
        var points: [[Double]]
    }

    private func load() throws -> CrowdModel {
        try ModelFile.loadCrowdCounter(folder.appendingPathComponent("model.json").path)
    }

    private func square() throws -> (PixelBuffer, KnownSquare) {
        let known = try golden("square.json", as: KnownSquare.self)
        return (try EdgeAgent.Picture.read(folder.appendingPathComponent("Golden/\(known.file)").path), known)
    }

    @Test func theMapIsReadAsTheReferenceReadsIt() throws {
        let known = try golden("map.json", as: KnownMap.self)
        var cells = [Float](repeating: 0, count: known.columns * known.rows)
        for cell in known.cells { cells[cell.row * known.columns + cell.column] = cell.people }
        let origin = Point(x: -known.left / known.scale, y: -known.top / known.scale)
        let map = try CrowdDensity(
            cells: cells, columns: known.columns, rows: known.rows, origin: origin, side: known.stride / known.scale,
            picture: FrameSize(width: known.picture[0], height: known.picture[1]))
        #expect(abs(map.people - known.people) < 1e-4)
        #expect(abs(map.crowdedShare(over: known.limit, in: nil) - known.crowdedShare) < 1e-4)
        let peaks = map.peaks()
        #expect(peaks.count == known.points.count)
        for (ours, theirs) in zip(peaks, known.points) {
            #expect(abs(ours.x - theirs[0]) < 0.01 && abs(ours.y - theirs[1]) < 0.01)
        }
    }

    @Test func theDrawnSquareIsCountedAsTheReferenceCountsIt() throws {
        let (image, known) = try square()
        let counter = try CrowdCounter(model: load())
        let whole = BoundingBox(x: 0, y: 0, width: Double(image.size.width), height: Double(image.size.height))
        let maps = try counter.maps(of: image, part: whole)
        let people = maps.map(\.people).reduce(0, +) / Double(maps.count)
        #expect(abs(people - known.people) < 0.25 + known.people * 0.03)
        #expect(abs(BrightLevel.of(image, part: whole) - known.level) < 0.03)
        let answer = try counter.count(in: image)
        #expect(abs(Double(answer.people.count) - known.people) < 1 + known.people * 0.03)
        #expect((answer.people.low...answer.people.high).contains(answer.people.count))
        #expect(answer.places.count <= answer.people.count)
    }

    @Test func anAreaHoldsItsPartOfThePeople() throws {
        let (image, _) = try square()
        let counter = try CrowdCounter(model: load())
        let (width, height) = (Double(image.size.width), Double(image.size.height))
        let left = Polygon(
            points: [(0, 0), (width / 2, 0), (width / 2, height), (0, height)].map { Point(x: $0.0, y: $0.1) })
        let all = try counter.count(in: image).people.count
        #expect(try counter.count(in: image, area: left).people.count <= all + 2)
        #expect(try counter.count(in: image, area: left).places.allSatisfy { $0.x <= width / 2 + 8 })
    }

    @Test func anyShapeOfPictureHasABoundedInput() throws {
        let model = try load()
        for (size, wanted) in [
            ((1920, 1080), (640, 384)), ((640, 480), (640, 480)), ((1, 1), (32, 32)), ((7680, 4320), (640, 384)),
            ((20, 4000), (32, 640)),
        ] {
            let input = model.inputSize(for: FrameSize(width: size.0, height: size.1))
            #expect(input == FrameSize(width: wanted.0, height: wanted.1))
            #expect(model.inputSize(for: FrameSize(width: size.0, height: size.1), factor: 0.5).width <= input.width)
        }
    }

    @Test func weightsThatAreNotThoseDescribedAreRefused() throws {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("crowd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copy) }
        for name in ["model.json", "crowd-counter.onnx"] {
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent(name), to: copy.appendingPathComponent(name))
        }
        let weights = copy.appendingPathComponent("crowd-counter.onnx")
        var bytes = try Data(contentsOf: weights)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: weights)
        #expect {
            try ModelFile.loadCrowdCounter(copy.appendingPathComponent("model.json").path)
        } throws: { "\($0)".contains("SHA-256") }
    }

    @Test func aZoneIsLookedAtOnceInEachFullSecond() throws {
        let (image, _) = try square()
        var watch = CrowdWatch(try CrowdCounter(model: load()), pace: .seconds(1))
        #expect(try watch.look(at: frame(image, seconds: 0)).isEmpty)  // no zone yet
        var zone = Zone(id: "square", kind: .crowd, polygon: Polygon(points: []))
        let (width, height) = (Double(image.size.width), Double(image.size.height))
        zone.polygon.points = [(0, 0), (width, 0), (width, height), (0, height)].map { Point(x: $0.0, y: $0.1) }
        watch.adopt([zone])
        let looked = try [0, 0.4, 0.9, 1.1, 1.9, 3.5, 3.9].map {
            try watch.look(at: frame(image, seconds: $0)).map(\.zone)
        }
        #expect(looked == [["square"], [], [], ["square"], [], ["square"], []])
        watch.reset()
        #expect(try watch.look(at: frame(image, seconds: 3.95)).count == 1)
    }

    private func frame(_ image: PixelBuffer, seconds: Double) -> Frame {
        Frame(camera: testCamera, session: 1, index: 0, time: makeFrameTime(seconds), image: image)
    }
}
