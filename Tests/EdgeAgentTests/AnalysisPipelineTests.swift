import EdgeCore
import EventModel
import Foundation
import SiteCalibration
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct AnalysisPipelineTests {
    static let size = FrameSize(width: 320, height: 180)
    static let site = """
        {"schema": 1, "camera": "nga-tu-01", "frame": {"width": 320, "height": 180},
         "lines": [{"id": "mid", "kind": "counting", "from": [160, 0], "to": [160, 180]}],
         "zones": [{"id": "yard", "kind": "intrusion", "points": [[0, 0], [320, 0], [320, 180], [0, 180]]}]}
        """

    @Test func aBoxThatDrivesAcrossTheLineIsOnePassageAndOneIntrusion() throws {
        var pipeline = try makePipeline()
        let findings = try drive(&pipeline, session: 1)
        #expect(findings.filter { $0.isPassage }.count == 1)
        #expect(findings.filter { $0.phase == .opened }.count == 1)
    }

    @Test func aNewConnectionEndsWhatWasOpenAtTheTimeOfTheOldOne() throws {
        var pipeline = try makePipeline()
        _ = try drive(&pipeline, session: 1, seconds: 4)
        let last = pipeline.scene.time
        try pipeline.analyse(makeFrame(second: 0, x: nil, session: 2))
        let ended = pipeline.findings.filter { $0.phase == .ended }
        #expect(ended.count == 1)
        #expect(ended.first?.time == last)
    }

    @Test func geometryOfAnotherShapeIsReportedAndNothingIsCounted() throws {
        let wrong = try SiteFile(
            json: Data(Self.site.replacingOccurrences(of: "\"height\": 180", with: "\"height\": 240").utf8), file: "x")
        var pipeline = try AnalysisPipeline(camera: testCamera, site: wrong)
        let findings = try drive(&pipeline, session: 1)
        #expect(pipeline.siteProblem != nil)
        #expect(findings.isEmpty)
    }

    private func makePipeline() throws -> AnalysisPipeline {
        try AnalysisPipeline(camera: testCamera, site: SiteFile(json: Data(Self.site.utf8), file: "test"))
    }

    /// Two quiet seconds, then a box from left to right in five.
    private func drive(
        _ pipeline: inout AnalysisPipeline, session: Int, seconds: Double = 9
    ) throws -> [Finding] {
        var findings: [Finding] = []
        for index in 0..<Int(seconds * 25) {
            let second = Double(index) / 25
            let x = second < 2 ? nil : Optional(Int((second - 2) * 70))
            try pipeline.analyse(makeFrame(second: second, x: x, session: session))
            findings += pipeline.findings
        }
        return findings
    }

    private func makeFrame(second: Double, x: Int?, session: Int) -> Frame {
        let picture = Picture(size: Self.size, boxLeft: x)
        let plane = PixelPlane(
            baseAddress: UnsafePointer(picture.bytes), bytesPerRow: Self.size.width, width: Self.size.width,
            height: Self.size.height)
        let image = PixelBuffer(
            size: Self.size, format: .gray, isFullRange: true, luma: plane, chroma: nil, owner: picture)
        return Frame(
            camera: testCamera, session: session, index: Int(second * 25), time: makeFrameTime(second), image: image)
    }
}

/// A gray street with, perhaps, a bright box of 40 × 30 pixels.
final class Picture {
    let bytes: UnsafeMutablePointer<UInt8>

    init(size: FrameSize, boxLeft: Int?) {
        let count = size.width * size.height
        bytes = .allocate(capacity: count)
        for index in 0..<count {
            let (x, y) = (index % size.width, index / size.width)
            let isBox = boxLeft.map { x >= $0 && x < $0 + 40 && y >= 80 && y < 110 } ?? false
            bytes[index] = isBox ? (x / 5 % 2 == 0 ? 230 : 190) : UInt8(90 + (x * 7 + y * 3) % 9)
        }
    }

    deinit { bytes.deallocate() }
}

extension Finding {
    fileprivate var isPassage: Bool {
        if case .lineCrossing = kind { return true }
        return false
    }

    fileprivate var phase: AlertPhase? {
        if case .security(_, _, let phase, _) = kind { return phase }
        return nil
    }
}
