import BatchCodec
import Crypto
import Foundation
import Synchronization
import Testing

@testable import EdgeOutbox

@Suite struct ClipPollTests {
    private let key = Curve25519.Signing.PrivateKey()
    private let wish = WantedClip(id: "3b1f", camera: "cam-1", fromMicros: 1, toMicros: 2)

    private func makeAnswer(
        _ status: Int, _ clips: [WantedClip]? = nil, headers: [String: String] = [:], isMarked: Bool = true
    ) throws -> CollectorResponse {
        var headers = headers
        if isMarked { headers[CollectorMark.headerName] = "1" }
        let body = try clips.map { try JSONEncoder().encode(WantedClips(clips: $0)) } ?? Data()
        return CollectorResponse(status: status, headers: headers, body: body)
    }

    private func judge(_ response: CollectorResponse?, took: Duration = .seconds(20)) -> ClipPollMachine.Verdict {
        var machine = ClipPollMachine(seed: 7)
        return machine.judge(response, took: took, wall: Date(timeIntervalSince1970: 1_795_136_400))
    }

    @Test func wishesAreTakenAndTheNextQuestionComesSoon() throws {
        let verdict = judge(try makeAnswer(200, [wish]))
        #expect(verdict.clips == [wish] && verdict.pause < .seconds(1))
    }

    @Test func aCollectorThatWaitsIsAskedAgainAtOnceAndOneThatDoesNotIsNot() throws {
        #expect(judge(try makeAnswer(200, [])).pause < .seconds(1))
        #expect(judge(try makeAnswer(200, []), took: .milliseconds(3)).pause >= .seconds(20))
    }

    @Test func anOldCollectorIsAskedSeldom() throws {
        #expect(judge(try makeAnswer(404)).pause >= .seconds(3_600))
        // Somebody else's 404 is not the collector's.
        #expect(judge(try makeAnswer(404, isMarked: false)).pause <= .seconds(1))
    }

    @Test func whatTheCollectorAsksForIsHeeded() throws {
        let busy = judge(try makeAnswer(429, headers: ["retry-after": "10"])).pause
        #expect(busy >= .seconds(10) && busy <= .seconds(15))
        let away = judge(try makeAnswer(503, headers: ["retry-after": "30"], isMarked: false)).pause
        #expect(away >= .seconds(30) && away <= .seconds(45))
        #expect(judge(try makeAnswer(401)).pause >= .seconds(300))
    }

    @Test(arguments: [nil, 500, 200] as [Int?]) func troublesAreWaitedOutLongerAndLonger(status: Int?) throws {
        var machine = ClipPollMachine(seed: 7)
        let pauses = try (0..<10).map { _ in
            let response = try status.map { try makeAnswer($0) }
            return machine.judge(response, took: .zero, wall: Date()).pause
        }
        #expect(pauses[0] <= .seconds(1) && pauses[9] >= .seconds(30) && pauses[9] <= .seconds(60))
    }

    @Test func aPortalsPageIsNoAnswer() throws {
        #expect(judge(try makeAnswer(200, [wish], isMarked: false)).clips.isEmpty)
    }

    @Test func moreThanCanBeIsCutOff() throws {
        let many = (0..<40).map { WantedClip(id: "\($0)", camera: "cam-1", fromMicros: 1, toMicros: 2) }
        #expect(judge(try makeAnswer(200, many)).clips == Array(many.prefix(16)))
    }

    /// Answers by list, then never.
    private actor Script: CollectorTransport {
        private var answers: [CollectorResponse]
        private(set) var requests: [CollectorRequest] = []

        init(_ answers: [CollectorResponse]) { self.answers = answers }

        func send(_ request: CollectorRequest) async throws(OutboxError) -> CollectorResponse {
            requests.append(request)
            if !answers.isEmpty { return answers.removeFirst() }
            try? await Task.sleep(for: .seconds(3_600))
            throw OutboxError(.unreachable, "cancelled")
        }
    }

    @Test func wishesAreHandedOnOnceARunAndSignedFor() async throws {
        let transport = Script([try makeAnswer(200, [wish]), try makeAnswer(200, [wish])])
        let taken = Mutex<[WantedClip]>([])
        let poller = ClipPoller(transport: transport, key: key, run: "run-1", seed: 1, logger: testLogger) { clip in
            taken.withLock { $0.append(clip) }
        }
        let task = Task { await poller.poll() }
        while await transport.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await task.value  // ends although the collector does not answer
        #expect(taken.withLock { $0 } == [wish])
        let request = try #require(await transport.requests.first)
        #expect(request.method == "GET" && request.path == "/v1/clip-requests?run=run-1")
        let signer = try RequestSignature.verify(
            request.headers["authorization"] ?? "", method: "GET", path: "/v1/clip-requests", fields: ["run-1"]
        ) { _ in key.publicKey }
        #expect(signer == KeyID(of: key.publicKey))
    }

    @Test func whatCannotBeNotedIsHandedOnAgain() async throws {
        let transport = Script([try makeAnswer(200, [wish]), try makeAnswer(200, [wish])])
        let tries = Mutex(0)
        let poller = ClipPoller(transport: transport, key: key, run: "run-1", seed: 1, logger: testLogger) { _ in
            let count = tries.withLock { tries in
                tries += 1
                return tries
            }
            if count == 1 { throw OutboxError(.storage, "the disk is full") }
        }
        let task = Task { await poller.poll() }
        while await transport.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await task.value
        #expect(tries.withLock { $0 } == 2)
    }
}
