import EdgeCore
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct ViewFolderTests {
    private func makeFolder() -> ViewFolder {
        ViewFolder(FileManager.default.temporaryDirectory.appending(path: "ngatu-views-\(UUID().uuidString)"))
    }

    private func makeView(light: Int = 1, site: String = "a") -> CameraView {
        CameraView(
            light: light, size: FrameSize(width: 4, height: 3),
            frameSize: FrameSize(width: 24, height: 18), pixels: Array(0..<12),
            sharpness: Array(repeating: 1.5, count: 192), takenAt: testStart, site: site)
    }

    @Test func viewsComeBackForTheirGeometryOnly() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        folder.keep(makeView(), of: testCamera)
        folder.keep(makeView(light: 3), of: testCamera)
        #expect(folder.views(of: testCamera, site: "a").map(\.light) == [1, 3])
        #expect(folder.views(of: testCamera, site: "b").isEmpty)
        folder.keep(makeView(site: "b"), of: testCamera)
        #expect(folder.views(of: testCamera, site: "b").map(\.light) == [1])
    }

    @Test func brokenFilesAreLeftOutAndReplaced() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        folder.keep(makeView(), of: testCamera)
        folder.keep([OpenCondition(kind: .cameraCovered, situation: 5, since: testStart)], of: testCamera)
        for file in try FileManager.default.contentsOfDirectory(at: folder.folder, includingPropertiesForKeys: nil) {
            try Data("broken".utf8).write(to: file)
        }
        #expect(folder.views(of: testCamera, site: "a").isEmpty)
        #expect(folder.conditions(of: testCamera).isEmpty)
        folder.keep(makeView(), of: testCamera)
        #expect(folder.views(of: testCamera, site: "a").count == 1)
    }

    @Test func whatLastsIsRemembered() {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let open = [OpenCondition(kind: .cameraCovered, situation: 5, since: testStart)]
        folder.keep(open, of: testCamera)
        #expect(folder.conditions(of: testCamera) == open)
        #expect(makeFolder().conditions(of: testCamera).isEmpty)
    }

    @Test func aConditionOutlivesTheAgentAndEndsUnderItsNumber() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        var told: [UInt64] = []
        let first = try makeConditions(folder, firstSituation: 100)
        for second in 0..<20 { told += lose(first, second) }
        #expect(told == [100])
        let second = try makeConditions(folder, firstSituation: 200)
        #expect(second.open(at: makeFrameTime(0)).map(\.kind) == [.signalLoss])
        for moment in 0..<20 { told += lose(second, moment) }
        #expect(told == [100], "it goes on, and is not told again")
        for moment in 20..<40 {
            told += second.note(
                StreamReading(isLive: true, accessUnits: UInt64(moment)), time: makeFrameTime(Double(moment))
            )
            .map(\.situation)
        }
        #expect(told == [100, 100])
        #expect(folder.conditions(of: testCamera).isEmpty)
    }

    private func makeConditions(_ folder: ViewFolder, firstSituation: UInt64) throws -> CameraConditions {
        try CameraConditions(
            camera: testCamera, site: nil, siteStamp: "", memory: folder, firstSituation: firstSituation,
            at: makeFrameTime(0))
    }

    private func lose(_ conditions: CameraConditions, _ second: Int) -> [UInt64] {
        conditions.note(StreamReading(isLive: false), time: makeFrameTime(Double(second))).map(\.situation)
    }
}
