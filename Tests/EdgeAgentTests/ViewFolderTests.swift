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
        #expect(folder.flush(within: .seconds(10)))
        #expect(folder.views(of: testCamera, site: "a").map(\.light) == [1, 3])
        #expect(folder.views(of: testCamera, site: "b").isEmpty)
        folder.keep(makeView(site: "b"), of: testCamera)
        folder.flush(within: .seconds(10))
        #expect(folder.views(of: testCamera, site: "b").map(\.light) == [1])
    }

    @Test func brokenFilesAreLeftOutAndReplaced() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        folder.keep(makeView(), of: testCamera)
        folder.keep([OpenCondition(kind: .cameraCovered, situation: 5, since: testStart)], of: testCamera, site: "a")
        folder.flush(within: .seconds(10))
        for file in try FileManager.default.contentsOfDirectory(at: folder.folder, includingPropertiesForKeys: nil) {
            try Data("broken".utf8).write(to: file)
        }
        #expect(folder.views(of: testCamera, site: "a").isEmpty)
        #expect(folder.conditions(of: testCamera).open.isEmpty)
        folder.keep(makeView(), of: testCamera)
        folder.flush(within: .seconds(10))
        #expect(folder.views(of: testCamera, site: "a").count == 1)
    }

    @Test func whatLastsIsRemembered() {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let open = [OpenCondition(kind: .cameraCovered, situation: 5, since: testStart)]
        folder.keep(open, of: testCamera, site: "a")
        folder.flush(within: .seconds(10))
        #expect(folder.conditions(of: testCamera) == KeptConditions(open: open, site: "a"))
        #expect(folder.camerasWithConditions == [testCamera])
        #expect(makeFolder().conditions(of: testCamera) == KeptConditions())
        folder.keep([], of: testCamera, site: "a")
        folder.flush(within: .seconds(10))
        #expect(folder.camerasWithConditions.isEmpty)
    }

    @Test func aConditionOutlivesTheAgentAndEndsUnderItsNumber() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        var told: [UInt64] = []
        let first = try makeConditions(folder, firstSituation: 100)
        for second in 0..<20 { told += lose(first, second) }
        #expect(told == [100])
        folder.flush(within: .seconds(10))
        #expect(folder.conditions(of: testCamera).open.isEmpty, "kept when its record is in the outbox")
        first.keep(at: makeFrameTime(20))
        folder.flush(within: .seconds(10))
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
        second.keep(at: makeFrameTime(40))
        folder.flush(within: .seconds(10))
        #expect(folder.conditions(of: testCamera).open.isEmpty)
    }

    private static let lasting: [SecurityKind] = [.cameraMoved, .cameraBlurred, .signalLoss]

    /// An agent ended while a camera was moved, out of focus and away.
    private func makeFolderAfterAMove(viewOf camera: CameraID? = testCamera) -> ViewFolder {
        let folder = makeFolder()
        if let camera { folder.keep(makeView(), of: camera) }
        let open = Self.lasting.enumerated().map { index, kind in
            OpenCondition(kind: kind, situation: 41 + UInt64(index), since: testStart)
        }
        folder.keep(open, of: testCamera, site: "a")
        folder.flush(within: .seconds(10))
        return folder
    }

    /// What a restarted agent tells at once of a camera that is still away.
    private func toldAtTheStart(_ folder: ViewFolder, site: String) throws -> (ended: [UInt64], open: [SecurityKind]) {
        let conditions = try makeConditions(folder, firstSituation: 200, site: site)
        let told = lose(conditions, 0)
        conditions.keep(at: makeFrameTime(0))
        folder.flush(within: .seconds(10))
        #expect(lose(conditions, 1).isEmpty)
        return (told, folder.conditions(of: testCamera).open.map(\.kind))
    }

    @Test func aMoveGoesOnWhileItsViewsAreThere() throws {
        let folder = makeFolderAfterAMove()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let (ended, open) = try toldAtTheStart(folder, site: "a")
        #expect(ended.isEmpty && Set(open) == Set(Self.lasting))
    }

    @Test func aMoveEndsWithAnotherGeometry() throws {
        let folder = makeFolderAfterAMove()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let (ended, open) = try toldAtTheStart(folder, site: "b")
        #expect(ended == [41, 42] && open == [.signalLoss])
    }

    /// The views of a camera whose name begins alike are not its own.
    @Test func aMoveEndsWhenItsViewsAreDeleted() throws {
        let folder = makeFolderAfterAMove(viewOf: CameraID(rawValue: "\(testCamera).2"))
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let (ended, open) = try toldAtTheStart(folder, site: "a")
        #expect(ended == [41, 42] && open == [.signalLoss])
    }

    /// A stream of another shape than all views: nothing could ever be compared again.
    @Test func aMoveEndsWhereNothingIsComparable() throws {
        let folder = makeFolderAfterAMove()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let conditions = try makeConditions(folder, firstSituation: 200, site: "a")
        let size = FrameSize(width: 320, height: 180)
        let picture = Picture(size: size, boxLeft: nil)
        let plane = PixelPlane(
            baseAddress: UnsafePointer(picture.bytes), bytesPerRow: size.width, width: size.width, height: size.height)
        let image = PixelBuffer(
            size: size, format: .gray, isFullRange: true, luma: plane, chroma: nil, owner: picture)
        var told: [UInt64] = []
        for second in 0..<CameraConditions.looksWithoutViews {
            #expect(told.isEmpty)
            let time = makeFrameTime(Double(second))
            let frame = Frame(camera: testCamera, session: 0, index: second, time: time, image: image)
            told += try conditions.look(at: frame, time: time).map(\.situation)
        }
        #expect(told == [41, 42])
    }

    @Test func allEndsOfACameraThatIsGone() {
        let folder = makeFolderAfterAMove()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        let ends = CameraConditions.ends(of: folder.conditions(of: testCamera).open)
        #expect(Set(ends.map(\.situation)) == [41, 42, 43])
    }

    @Test func whatTheDiskRefusedIsTriedAgain() throws {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder.folder) }
        try Data().write(to: folder.folder)  // in the way
        folder.keep([OpenCondition(kind: .cameraDark, situation: 1, since: testStart)], of: testCamera, site: "")
        #expect(!folder.flush(within: .seconds(10)))
        let newest = [OpenCondition(kind: .cameraDark, situation: 2, since: testStart)]
        folder.keep(newest, of: testCamera, site: "")
        try FileManager.default.removeItem(at: folder.folder)
        #expect(folder.flush(within: .seconds(10)))
        #expect(folder.conditions(of: testCamera).open == newest)
    }

    private func makeConditions(_ folder: ViewFolder, firstSituation: UInt64, site: String = "") throws
        -> CameraConditions
    {
        try CameraConditions(
            camera: testCamera, site: nil, siteStamp: site, memory: folder, firstSituation: firstSituation,
            at: makeFrameTime(0))
    }

    private func lose(_ conditions: CameraConditions, _ second: Int) -> [UInt64] {
        conditions.note(StreamReading(isLive: false), time: makeFrameTime(Double(second))).map(\.situation)
    }
}
