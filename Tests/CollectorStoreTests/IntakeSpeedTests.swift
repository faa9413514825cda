import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
import EventModel
import Foundation
import Testing

@Suite(.serialized) struct IntakeSpeedTests {
    /// Records per CPU-second of the whole process: unpacking and checking the signature included.
    ///
    /// The bar is for release builds on an otherwise idle CPU; the debug run only shows that the path works.
    @Test(arguments: [false, true]) func intakeKeepsItsBar(withEvidence: Bool) async throws {
        let place = try TemporaryStore()
        var agent = try await TestAgent(at: place.store)
        var generator = SeededGenerator(seed: 1)
        let count = Self.isRelease ? 80 : 2
        var bodies: [OpenedBatch] = []
        for index in 0..<count {
            bodies.append(try agent.next(Self.records(batch: index, withEvidence: withEvidence, using: &generator)))
        }
        let begin = Self.processorSeconds
        let clock = ContinuousClock()
        let start = clock.now
        var slowest = Duration.zero
        for sealed in bodies {
            let sent = clock.now
            let opened = try BatchSeal.open(
                payload: sealed.payload, signature: sealed.signature, key: agent.key.publicKey)
            let answer = try await place.store.accept(opened, receivedAt: testNow)
            #expect(answer.receipt?.inserted == 500)
            slowest = max(slowest, clock.now - sent)
        }
        let seconds = Self.processorSeconds - begin
        let rate = Double(count * 500) / seconds
        let wall = Double(count * 500) / (clock.now - start).seconds
        print(
            "{\"bench\":\"collector-intake\",\"evidence\":\(withEvidence),\"recordsPerCpuSecond\":\(Int(rate)),"
                + "\"recordsPerSecond\":\(Int(wall)),\"slowestBatchMilliseconds\":\(Int(slowest.seconds * 1000))}")
        if Self.isRelease { #expect(rate >= 30_000) }
    }

    private static func records(
        batch: Int, withEvidence: Bool, using generator: inout SeededGenerator
    ) -> [Ngatu_V1_Record] {
        (0..<500).map { offset in
            let sequence = UInt64(batch * 500 + offset + 1)
            let file = withEvidence ? Data("still \(sequence)".utf8) : nil
            return makePassage(
                sequence, camera: "cam-\(Int.random(in: 1...8, using: &generator))",
                line: "line-\(Int.random(in: 0...3, using: &generator))",
                time: testMicros + Int64(sequence) * 125_000,
                label: [.motorbike, .motorbike, .car, .truck].randomElement(using: &generator) ?? .moving,
                direction: Bool.random(using: &generator) ? .leftToRight : .rightToLeft, file: file)
        }
    }

    private static var isRelease: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
