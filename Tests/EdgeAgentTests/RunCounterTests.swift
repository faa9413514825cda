import Foundation
import Testing

@testable import EdgeAgent

@Suite struct RunCounterTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    @Test func everyRunHasItsOwnIdentities() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let runs = (0..<3).map { _ in RunCounter(in: folder) }
        #expect(runs.map(\.run) == [1, 2, 3])
        #expect(runs.allSatisfy { $0.problem == nil })
        #expect(Set(runs.map(\.firstIdentity)).count == 3)
    }

    @Test func aBrokenFileNeverBringsIdentitiesBack() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("?".utf8).write(to: folder.appendingPathComponent("runs"))
        let now = Date(timeIntervalSince1970: 1_795_136_400)
        let runs = (0..<2).map { _ in RunCounter(in: folder, now: now) }
        #expect(runs.map(\.run) == [1_795_136_400, 1_795_136_401])
        #expect(runs.first?.problem != nil)
    }

    @Test func aFolderThatCannotBeWrittenIsReportedNotFatal() {
        let runs = RunCounter(in: folder.appendingPathComponent("missing"))
        #expect(runs.run > 1_700_000_000)
        #expect(runs.problem != nil)
    }
}
