import BatchCodec
import Crypto
import EventModel
import Foundation
import Testing

@testable import EdgeOutbox

@Suite struct HTTPTransportTests {
    @Test(.timeLimit(.minutes(1))) func recordsAndEvidenceArriveOverARealSocketDespiteBrokenConnections() async throws {
        let bench = try Bench()
        await bench.collector.script([.status(500), nil, .lostAnswer])
        let server = try await LoopbackServer(bench.collector)
        let transport = try HTTPTransport(collector: server.url())
        let shipper = Shipper(bench.outbox, transport: transport, key: bench.key, seed: 1, logger: testLogger)
        let running = Task { await shipper.run() }
        let file = EvidenceFile(Data((0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
        try await bench.outbox.appendAndWait(makePassage(evidence: [file]), lane: .passage, evidence: [file])
        for number in UInt64(2)...700 { bench.outbox.append(makePassage(track: number), lane: .passage) }
        try await bench.outbox.appendAndWait(makeAlert(), lane: .alert)
        while bench.outbox.status().waitingRecords > 0 || bench.outbox.status().evidenceFiles > 0 { await Task.yield() }
        running.cancel()
        await running.value
        await transport.shutdown()
        try await server.close()
        #expect(Set(await bench.collector.records.keys) == Set(1...701))
        #expect(await bench.collector.evidence[file.sha256.hexadecimal] == file.content)
        #expect(bench.outbox.status().collectorClockOffset.map { abs($0.seconds) < 5 } == true)
    }

    @Test func nobodyThereIsUnreachable() async throws {
        let transport = try HTTPTransport(collector: try #require(URL(string: "http://127.0.0.1:1")))
        await #expect { try await transport.send(CollectorRequest(method: "HEAD", path: "/")) } throws: {
            ($0 as? OutboxError)?.kind == .unreachable
        }
        await transport.shutdown()
    }

    @Test(arguments: ["ftp://host", "https://", "collector", "https://user:secret@host", "https://host/?q=1"])
    func anAddressThatIsNoneIsRefused(address: String) throws {
        let url = try #require(URL(string: address))
        #expect { try HTTPTransport(collector: url) } throws: { ($0 as? OutboxError)?.kind == .badConfiguration }
    }
}

@Suite struct EnrolmentTests {
    /// Answers one status and body to everything and keeps the request.
    private actor Answering: CollectorTransport {
        private(set) var request: CollectorRequest?
        private let response: CollectorResponse
        init(_ status: Int, _ body: Data = Data()) { response = CollectorResponse(status: status, body: body) }
        func send(_ request: CollectorRequest) async throws(OutboxError) -> CollectorResponse {
            self.request = request
            return response
        }
    }

    private let address: URL

    init() throws { address = try #require(URL(string: "https://collector.example:8443")) }

    @Test func anEnrolmentSignsTheCodeAndRemembersTheCollector() async throws {
        let scratch = Scratch()
        let keyFile = scratch.path + "/agent/key"
        let receipt = EnrolmentReceipt(agent: 4, site: "nga-tu", collector: "Phường 1")
        let transport = Answering(201, try JSONEncoder().encode(receipt))
        let enrolled = try await Enrolment.enrol(
            collector: address, code: "ab12-cd34", name: "edge", keyFile: keyFile, transport: transport)
        #expect(enrolled.receipt == receipt)
        #expect(try Enrolment.load(keyFile: keyFile) == enrolled)
        let request = try #require(await transport.request)
        let body = try JSONDecoder().decode(EnrolmentRequest.self, from: request.body)
        let key = try AgentKeyFile.load(keyFile)
        #expect(body.code == "AB12CD34" && Data(base64Encoded: body.publicKey) == key.publicKey.rawRepresentation)
        let sender = try RequestSignature.verify(
            request.headers["authorization"] ?? "", method: "POST", path: EnrolmentRequest.path,
            fields: [body.code, body.publicKey]
        ) { _ in key.publicKey }
        #expect(sender == KeyID(of: key.publicKey))
    }

    @Test(arguments: [
        (403, OutboxError.Kind.refusedCode), (410, .refusedCode), (404, .badAnswer), (200, .badAnswer),
        (503, .unreachable),
    ])
    func aRefusalSaysWhatToDo(status: Int, kind: OutboxError.Kind) async throws {
        let scratch = Scratch()
        let address = address
        await #expect {
            try await Enrolment.enrol(
                collector: address, code: "X", name: "edge", keyFile: scratch.path + "/key",
                transport: Answering(status))
        } throws: { ($0 as? OutboxError)?.kind == kind }
        #expect { try Enrolment.load(keyFile: scratch.path + "/key") } throws: { ($0 as? OutboxError)?.kind == .badKey }
    }

    @Test func aKeyIsMadeOnceAndForItsOwnerOnly() throws {
        let scratch = Scratch()
        let path = scratch.path + "/key"
        let key = try AgentKeyFile.loadOrCreate(path)
        #expect(try AgentKeyFile.loadOrCreate(path).rawRepresentation == key.rawRepresentation)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    @Test(arguments: [0o640, 0o604, 0o666]) func aKeyOpenToOthersIsRefused(mode: Int) throws {
        let scratch = Scratch()
        let path = scratch.path + "/key"
        _ = try AgentKeyFile.loadOrCreate(path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect { try AgentKeyFile.load(path) } throws: { ($0 as? OutboxError)?.kind == .badKey }
    }

    @Test func aFileThatIsNoKeyIsRefused() throws {
        let scratch = Scratch()
        try DurableFile.write(Data("hello".utf8), to: scratch.path + "/key")
        #expect { try AgentKeyFile.loadOrCreate(scratch.path + "/key") } throws: {
            ($0 as? OutboxError)?.kind == .badKey
        }
    }
}
