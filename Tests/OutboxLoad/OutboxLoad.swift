import ArgumentParser
import EdgeOutbox
import EventModel
import Foundation
import Logging

/// Feeds a real outbox with numbered records, for the fault tests: what it prints as `stored` was durable when it was printed.
///
/// Lines on standard output: `epoch E` once, `stored SEQUENCE NUMBER` for each durable record, `status …` every half
/// second, `empty` when nothing waits any more (with `--until-empty`, after the last record).
@main
struct OutboxLoad: AsyncParsableCommand {
    @Option(help: "The data folder of an enrolled agent.")
    var data: String
    @Option(help: "How many records to append; 0: only ship.")
    var records = 0
    @Option(help: "Records a second; 0: as fast as the spool takes them.")
    var rate = 0.0
    @Option(help: "The number of the first record; it goes into the record's `track`.")
    var firstNumber: UInt64 = 1
    @Option(help: "More bytes in each tenth record, the samples.")
    var padding = 0
    @Option(help: "Every so many records an alert carries a picture of `--picture-bytes`; 0: never.")
    var picturesEvery = 0
    @Option(help: "Bytes of a picture.")
    var pictureBytes = 20_000
    @Option(help: "The time of record 1, seconds since 1970; now by default.")
    var startTime: Double?
    @Option(help: "Seconds between the times of two records.")
    var spacing = 0.0
    @Option(help: "Most bytes of waiting records.")
    var cap = 2_000_000_000
    @Option(help: "The camera's name in the records.")
    var camera = "load"
    @Flag(help: "Do not ship.")
    var isOffline = false
    @Flag(help: "End when everything is shipped.")
    var untilEmpty = false

    func run() async throws {
        LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
        let logger = Logger(label: "ngatu.load")
        var settings = OutboxConfiguration(directory: data + "/spool")
        settings.recordByteCap = cap
        let outbox = try Outbox(settings, logger: logger)
        say("epoch \(outbox.status().epoch)")
        let shipping = try isOffline ? nil : startShipping(outbox, logger)
        let watch = Task { await report(outbox) }
        try await feed(outbox)
        if untilEmpty { await waitUntilEmpty(outbox) }
        watch.cancel()
        shipping?.cancel()
        await shipping?.value
        await outbox.close()
    }

    private func startShipping(_ outbox: Outbox, _ logger: Logger) throws -> Task<Void, Never> {
        let keyFile = data + "/agent.key"
        let transport = try HTTPTransport(collector: try Enrolment.load(keyFile: keyFile).collector)
        let shipper = Shipper(outbox, transport: transport, key: try AgentKeyFile.load(keyFile), logger: logger)
        return Task {
            await shipper.run()
            await transport.shutdown()
        }
    }

    private func feed(_ outbox: Outbox) async throws {
        let start = ContinuousClock.now
        let group = rate > 0 ? max(1, Int(rate / 20)) : 500
        for first in stride(from: 0, to: records, by: group) {
            if rate > 0 { try await Task.sleep(until: start + .seconds(Double(first) / rate)) }
            try await append(first..<min(first + group, records), to: outbox)
        }
    }

    private func append(_ indices: Range<Int>, to outbox: Outbox) async throws {
        let lines = try await withThrowingTaskGroup(of: String.self) { group in
            for index in indices {
                group.addTask {
                    let number = firstNumber + UInt64(index)
                    let made = LoadRecord(number: number, time: time(of: index), settings: self)
                    return
                        "stored \(try await outbox.appendAndWait(made.record, lane: made.lane, evidence: made.evidence)) \(number)"
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        say(lines.joined(separator: "\n"))
    }

    private func time(of index: Int) -> Date {
        (startTime.map(Date.init(timeIntervalSince1970:)) ?? Date()).addingTimeInterval(Double(index) * spacing)
    }

    private func waitUntilEmpty(_ outbox: Outbox) async {
        while true {
            let status = outbox.status()
            if status.waitingRecords == 0, status.evidenceFiles == 0, status.queuedRecords == 0 { break }
            try? await Task.sleep(for: .milliseconds(50))  // cannot be cancelled here
        }
        say("empty")
    }

    private func report(_ outbox: Outbox) async {
        while !Task.isCancelled {
            let status = outbox.status()
            say(
                "status waiting=\(status.waitingRecords) bytes=\(status.waitingBytes) evidence=\(status.evidenceFiles) "
                    + "last=\(status.lastSequence) acknowledged=\(status.acknowledgedSequence) dropped=\(status.droppedRecords) "
                    + "deadLetters=\(status.deadLetters) shipping=\(status.shipping) problems=\(status.problems)")
            try? await Task.sleep(for: .milliseconds(500))  // cancelled: the loop ends
        }
    }

    private func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
