import BatchCodec
import EventModel
import Foundation
import Synchronization
import Testing

@testable import EdgeOutbox

@Suite struct EvidenceTests {
    private func makeFile(_ byteCount: Int, seed: UInt64 = 1) -> EvidenceFile {
        var generator = SeededGenerator(seed)
        return EvidenceFile(Data((0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }))
    }

    @Test func evidenceArrivesWholeAndItsFileGoes() async throws {
        var bench = try Bench()
        let file = makeFile(200_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [file]), lane: .passage, evidence: [file])
        #expect(FileManager.default.fileExists(atPath: bench.scratch.spool + "/evidence/" + file.sha256.hexadecimal))
        await bench.drain()
        #expect(await bench.collector.evidence[file.sha256.hexadecimal] == file.content)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.scratch.spool + "/evidence").isEmpty)
        #expect(bench.outbox.status().evidenceFiles == 0 && bench.outbox.status().evidenceBytes == 0)
    }

    @Test func aBrokenUploadGoesOnWhereItStopped() async throws {
        var bench = try Bench()
        let file = makeFile(3_500_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [file]), lane: .passage, evidence: [file])
        await bench.collector.scriptEvidence([
            nil, nil, .lostAnswer, .unreachable, nil, .status(503, ["retry-after": "3"]),
        ])
        await bench.drain()
        #expect(await bench.collector.evidence[file.sha256.hexadecimal] == file.content)
        #expect(await bench.collector.partBytes == 3_500_000)
        #expect(bench.outbox.status().problems.isEmpty)
    }

    @Test func stillsGoBetweenThePartsOfAFilmAndNeverKeepItFromComing() async throws {
        var bench = try Bench()
        let film = makeFile(4_500_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [film]), lane: .passage, evidence: [film])
        var stills: [String] = []
        for track in 2..<12 as Range<UInt64> {
            let still = makeFile(3_000, seed: track)
            stills.append(still.sha256.hexadecimal)
            try await bench.outbox.appendAndWait(
                makePassage(track: track, evidence: [still]), lane: .passage, evidence: [still])
        }
        let alerts = (20..<22 as Range<UInt64>).map { makeFile(3_000, seed: $0) }
        for (number, still) in alerts.enumerated() {
            try await bench.outbox.appendAndWait(
                makeAlert(UInt64(number), evidence: [still]), lane: .alert, evidence: [still])
        }
        await bench.drain()
        let expected =
            alerts.map(\.sha256.hexadecimal) + stills.prefix(4) + [film.sha256.hexadecimal] + stills.dropFirst(4)
        #expect(await bench.collector.evidenceOrder == expected)
        #expect(await bench.collector.partBytes == 4_500_000 + 12 * 3_000)
    }

    @Test func aFilmIsWrittenBeforeItsRecordEntersTheQueue() async throws {
        var bench = try Bench { $0.memoryBytes = 1 << 20 }
        let film = makeFile(5_000_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [film]), lane: .passage, evidence: [film])
        let status = bench.outbox.status()
        #expect(status.evidenceFiles == 1 && status.evidenceBytes == 5_000_000 && status.blockedAppends == 0)
        await bench.drain()
        #expect(await bench.collector.evidence[film.sha256.hexadecimal] == film.content)
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.scratch.spool + "/evidence")
        #expect(names.isEmpty)
    }

    @Test func theStillOfAnAlertInterruptsAFilm() async throws {
        var bench = try Bench()
        let film = makeFile(6_000_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [film]), lane: .passage, evidence: [film])
        while await bench.collector.partBytes < 2_000_000 { await bench.run(for: .milliseconds(1)) }
        let stills = (20..<23 as Range<UInt64>).map { makeFile(3_000, seed: $0) }
        for (number, still) in stills.enumerated() {
            try await bench.outbox.appendAndWait(
                makeAlert(UInt64(number), evidence: [still]), lane: .alert, evidence: [still])
        }
        await bench.drain()
        let expected = stills.map(\.sha256.hexadecimal) + [film.sha256.hexadecimal]
        #expect(await bench.collector.evidenceOrder == expected)
        #expect(await bench.collector.partBytes == 6_000_000 + 3 * 3_000)
    }

    @Test func aHashThatNeverFitsIsTriedTwiceThenTold() async throws {
        var bench = try Bench()
        let lie = EvidenceFile(Data("changed".utf8), sha256: Data(repeating: 7, count: 32))
        try await bench.outbox.appendAndWait(makePassage(evidence: [lie]), lane: .passage, evidence: [lie])
        await bench.drain()
        let gaps = await bench.collector.gapRecords
        #expect(gaps.map(\.reason) == ["evidenceDropped"])
        #expect(gaps.first?.detail.contains(lie.sha256.hexadecimal) == true && gaps.first?.count == 1)
        #expect(await bench.collector.partBytes == 14)
    }

    @Test func aFileThatNobodyNamesIsGivenUpWithoutHoldingUpOthers() async throws {
        var bench = try Bench()
        let loose = makeFile(5_000, seed: 2)
        let named = makeFile(5_000, seed: 3)
        try await bench.outbox.appendAndWait(makePassage(), lane: .passage, evidence: [loose])
        try await bench.outbox.appendAndWait(makePassage(evidence: [named]), lane: .passage, evidence: [named])
        await bench.drain()
        #expect(await bench.collector.evidence.keys.sorted() == [named.sha256.hexadecimal])
        #expect(await bench.collector.gapRecords.map(\.reason) == ["evidenceDropped"])
    }

    /// A hotel's page with 200 has not taken the file; a firewall's 404 says nothing about records.
    @Test(arguments: [200, 201, 400, 404, 413, 422])
    func anAnswerOfSomebodyElseNeitherTakesNorCondemnsAFile(status: Int) async throws {
        var bench = try Bench()
        let file = makeFile(5_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [file]), lane: .passage, evidence: [file])
        await bench.collector.scriptEvidence(Array(repeating: .stranger(status), count: 20))
        await bench.drain()
        #expect(await bench.collector.evidence[file.sha256.hexadecimal] == file.content)
        #expect(await bench.collector.gapRecords.isEmpty)
    }

    @Test(arguments: [400, 500])
    func aFileThatTheCollectorCannotTakeHoldsUpNoOther(status: Int) async throws {
        var bench = try Bench()
        let bad = makeFile(5_000, seed: 2)
        let good = makeFile(5_000, seed: 3)
        try await bench.outbox.appendAndWait(makeAlert(evidence: [bad]), lane: .alert, evidence: [bad])
        try await bench.outbox.appendAndWait(makePassage(evidence: [good]), lane: .passage, evidence: [good])
        await bench.collector.refuseEvidence(bad.sha256.hexadecimal, with: status)
        await bench.run(for: .seconds(300))
        #expect(await bench.collector.evidence.keys.sorted() == [good.sha256.hexadecimal])
        #expect(bench.outbox.status().evidenceFiles == (status == 400 ? 0 : 1))
        #expect(await bench.collector.gapRecords.map(\.reason) == (status == 400 ? ["evidenceDropped"] : []))
    }

    /// Given up only where the collector takes other files meanwhile: else it is the collector that is in trouble.
    @Test(arguments: [true, false])
    func aFileThatTheCollectorFailsAtForDaysIsGivenUp(othersArrive: Bool) async throws {
        var bench = try Bench { $0.evidencePatience = .seconds(6 * 3_600) }
        let bad = makeFile(5_000, seed: 2)
        try await bench.outbox.appendAndWait(makeAlert(evidence: [bad]), lane: .alert, evidence: [bad])
        await bench.collector.refuseEvidence(bad.sha256.hexadecimal, with: 500)
        for half in UInt64(1)...20 {
            await bench.run(for: .seconds(1_800))
            #expect(half > 11 || bench.outbox.status().evidenceFiles == 1, "half hour \(half)")
            guard othersArrive else { continue }
            let good = makeFile(1_000, seed: 10 + half)
            try await bench.outbox.appendAndWait(
                makePassage(track: half, evidence: [good]), lane: .passage, evidence: [good])
        }
        await bench.run(for: .seconds(600))
        #expect(bench.outbox.status().evidenceFiles == (othersArrive ? 0 : 1))
        #expect(await bench.collector.evidence.count == (othersArrive ? 20 : 0))
        let gaps = await bench.collector.gapRecords
        #expect(gaps.map(\.reason) == (othersArrive ? ["evidenceDropped"] : []))
        #expect(gaps.allSatisfy { $0.count == 1 && $0.detail.contains(bad.sha256.hexadecimal) })
    }

    @Test func filesOfAnUnfinishedCommitAreGivenUpAtOnceAndInSilence() async throws {
        let scratch = Scratch()
        do {
            let store = try Store(OutboxConfiguration(directory: scratch.spool))
            for seed in UInt64(1)...20 { try store.evidenceFiles.write(makeFile(1_000, seed: seed)) }
            try store.close()
        }
        var bench = try Bench { $0.directory = scratch.spool }
        let named = makeFile(1_000, seed: 30)
        try await bench.outbox.appendAndWait(makePassage(evidence: [named]), lane: .passage, evidence: [named])
        await bench.run(for: .seconds(2))
        #expect(await bench.collector.evidence.keys.sorted() == [named.sha256.hexadecimal])
        #expect(await bench.collector.partBytes == 1_000)
        #expect(await bench.collector.gapRecords.isEmpty && bench.outbox.status().evidenceFiles == 0)
    }

    @Test func anEmptyFileIsNotTakenUp() throws {
        let scratch = Scratch()
        try Store(OutboxConfiguration(directory: scratch.spool)).close()
        let path = scratch.spool + "/evidence/" + String(repeating: "ab", count: 32)
        try Data().write(to: URL(fileURLWithPath: path))
        let store = try Store(OutboxConfiguration(directory: scratch.spool))
        #expect(store.state.evidenceFiles == 0 && !FileManager.default.fileExists(atPath: path))
    }

    /// The frame's still is named by the alert and by a sample stored after it.
    @Test func aSharedFileStaysWhenTheLesserRecordIsDropped() throws {
        let scratch = Scratch()
        let store = try Store(OutboxConfiguration(directory: scratch.spool))
        let still = makeFile(1_000)
        _ = try store.append([
            queued(makeAlert(evidence: [still]), .alert, evidence: [still]),
            queued(makeSample(), .sample, evidence: [still]),
        ])
        for _ in 0..<3 { try store.makeRoom() }
        #expect(store.state.counts[Shelf.sample.rawValue] == 0 && store.state.counts[Shelf.alert.rawValue] == 1)
        #expect(try store.nextEvidence()?.sequence == 1)
        #expect(FileManager.default.fileExists(atPath: scratch.spool + "/evidence/" + still.sha256.hexadecimal))
    }

    @Test func aFileLeftByACrashIsTakenUpAgain() async throws {
        let scratch = Scratch()
        let file = makeFile(4_000)
        do {
            let store = try Store(OutboxConfiguration(directory: scratch.spool))
            try store.evidenceFiles.write(file)
            try Data(count: 10).write(to: URL(fileURLWithPath: scratch.spool + "/evidence/broken.part"))
            try store.close()
        }
        let store = try Store(OutboxConfiguration(directory: scratch.spool))
        #expect(store.state.evidenceFiles == 1 && store.state.evidenceBytes == 4_000)
        #expect(try store.nextEvidence()?.sequence == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.spool + "/evidence").count == 1)
    }

    @Test func evidenceOfPassagesGoesBeforeThatOfAlerts() async throws {
        var bench = try Bench { $0.evidenceByteCap = 50_000 }
        let alert = makeFile(10_000, seed: 9)
        try await bench.outbox.appendAndWait(makeAlert(evidence: [alert]), lane: .alert, evidence: [alert])
        for number in UInt64(1)...10 {
            let file = makeFile(10_000, seed: 10 + number)
            try await bench.outbox.appendAndWait(
                makePassage(track: number, evidence: [file]), lane: .passage, evidence: [file])
            #expect(bench.outbox.status().evidenceBytes <= 50_000)
        }
        await bench.drain()
        let arrived = await bench.collector.evidence
        #expect(arrived[alert.sha256.hexadecimal] != nil)
        let lost = await bench.collector.gapRecords.filter { $0.reason == "evidenceDropped" }.reduce(0) {
            $0 + $1.count
        }
        #expect(arrived.count + Int(lost) == 11)
    }

    @Test func aRecordGoesWithoutEvidenceThatCannotBeWritten() async throws {
        let disk = FailingFolder()
        var bench = try Bench(evidenceFiles: disk)
        let file = makeFile(1_000)
        try await bench.outbox.appendAndWait(makePassage(evidence: [file]), lane: .passage, evidence: [file])
        #expect(bench.outbox.status().problems.contains { $0.contains("evidence") })
        await bench.drain()
        let stored = await bench.collector.records[1]?.record.passage.evidence.first?.sha256
        #expect(stored == file.sha256)
        #expect(await bench.collector.gapRecords.first?.detail.contains(file.sha256.hexadecimal) == true)
    }
}

/// A disk that takes no file.
struct FailingFolder: EvidenceStorage {
    func write(_ file: EvidenceFile) throws { throw OutboxError(.storage, "write: No space left on device") }
    func remove(_ name: String) {}
    func read(_ name: String, from offset: Int, count: Int) throws -> Data { Data() }
    func list() throws -> [(name: String, byteCount: Int)] { [] }
}
