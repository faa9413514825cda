import ArgumentParser
import BatchCodec
import Crypto
import EdgeOutbox
import EventModel
import Foundation
import TestSupport

/// The parts of `make bench` that run inside a process of ours; `bench.py` calls them. Each prints one JSON object.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Bench", subcommands: [MotionCommand.self, WireCommand.self, IntakeCommand.self])
}

/// The motion step over raw luma frames of 1920 × 1080.
struct MotionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "motion")

    @Argument(help: "Raw 8-bit luma frames, 1920 × 1080, 25 a second.")
    var file: String

    func run() throws {
        guard let input = FileHandle(forReadingAtPath: file) else { throw ValidationError("\(file): cannot be read") }
        guard let camera = CameraID(rawValue: "bench") else { return }
        let result = try MotionBench().run(rawLuma: input, camera: camera)
        try printJSON([
            "frames": Double(result.frameCount), "meanMilliseconds": result.meanMilliseconds,
            "medianMilliseconds": result.medianMilliseconds, "detectionsPerFrame": result.detectionsPerFrame,
        ])
    }
}

/// What a passage costs on the wire, in batches of 500.
struct WireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "wire")

    func run() throws {
        var maker = BatchMaker()
        let key = Curve25519.Signing.PrivateKey()
        let bodies = try (0..<20).map { _ in try BatchSeal.seal(maker.next(records: 500), with: key).body.count }
        try printJSON(["bytesPerPassage": Double(bodies.reduce(0, +)) / 500 / Double(bodies.count)])
    }
}

/// Batches of 500 passages to a running collector, as fast as it takes them or at a rate.
struct IntakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "intake")

    @Argument(help: "The collector's address.")
    var url: String

    @Argument(help: "A one-time enrolment code.")
    var code: String

    @Option(help: "Where the key is kept.")
    var key: String

    @Option(help: "How many batches.")
    var batches = 200

    @Option(help: "Records a second; 0: as fast as they are taken.")
    var rate = 0

    func run() async throws {
        guard let address = URL(string: url) else { throw ValidationError("\(url) is no address") }
        _ = try await Enrolment.enrol(collector: address, code: code, name: "bench", keyFile: key)
        let signer = try AgentKeyFile.load(key)
        let transport = try HTTPTransport(collector: address)
        var maker = BatchMaker()
        var milliseconds: [Double] = []
        let start = ContinuousClock.now
        for index in 0..<batches {
            let sealed = try BatchSeal.seal(maker.next(records: 500), with: signer)
            maker.previousHash = sealed.hash
            if rate > 0 {
                try await Task.sleep(until: start + .seconds(Double(index * 500) / Double(rate)), clock: .continuous)
            }
            milliseconds.append(try await send(sealed.body, transport))
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        await transport.shutdown()
        milliseconds.sort()
        try printJSON([
            "records": Double(batches * 500), "seconds": seconds,
            "p50Milliseconds": milliseconds[batches / 2], "p99Milliseconds": milliseconds[batches * 99 / 100],
        ])
    }

    private func send(_ body: Data, _ transport: HTTPTransport) async throws -> Double {
        let start = ContinuousClock.now
        let response = try await transport.send(
            CollectorRequest(
                method: "POST", path: "/v1/batches", headers: ["content-type": "application/x-protobuf"], body: body))
        guard response.status == 200 else { throw ValidationError("the collector answered \(response.status)") }
        return (ContinuousClock.now - start) / .milliseconds(1)
    }
}

private func printJSON(_ values: [String: Double]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    print(String(decoding: try encoder.encode(values), as: UTF8.self))
}
