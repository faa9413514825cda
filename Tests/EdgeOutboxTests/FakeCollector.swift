import BatchCodec
import Crypto
import EdgeOutbox
import EventModel
import Foundation
import SwiftProtobuf

/// A collector in memory: checks signature and chain, keeps records and evidence, answers as the real one must.
/// `faults` are used up one a batch, `nil` meaning none.
actor FakeCollector: CollectorTransport {
    enum Fault: Sendable {
        case unreachable
        /// The request arrives, the answer does not.
        case lostAnswer
        case status(Int, [String: String] = [:])
        /// Somebody else answers.
        case stranger(Int)
    }

    struct Stored: Sendable {
        var record: Ngatu_V1_Record
        var epoch: UInt64
    }

    private(set) var records: [UInt64: Stored] = [:]
    private(set) var order: [UInt64] = []
    private(set) var bodies: [Data] = []
    private(set) var accepted = 0
    private(set) var requests = 0
    private(set) var evidence: [String: Data] = [:]
    private(set) var evidenceOrder: [String] = []
    private(set) var partBytes = 0
    private var refusedEvidence: [String: Int] = [:]
    private var parts: [String: Data] = [:]
    private var faults: [Fault?] = []
    private var evidenceFaults: [Fault?] = []
    private var always: Fault?
    private var poison: Set<UInt64> = []
    private struct Chain {
        var head: (number: UInt64, hash: Data) = (0, BatchSeal.genesis)
        var records: [UInt64: Ngatu_V1_Record] = [:]
        var covered: Set<UInt64> = []
        var contiguous: UInt64 = 0
    }

    private var chains: [UInt64: Chain] = [:]
    private let key: Curve25519.Signing.PublicKey
    private var largestBatch = Int.max

    init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

    func script(_ faults: [Fault?]) { self.faults = faults }
    func refuseEvidence(_ name: String, with status: Int) { refusedEvidence[name] = status }
    func scriptEvidence(_ faults: [Fault?]) { evidenceFaults = faults }
    func answerAlways(_ fault: Fault?) { always = fault }
    func refuse(_ sequences: Set<UInt64>) { poison = sequences }
    func take(atMost records: Int) { largestBatch = records }

    private var gaps: [UInt64: Int] = [:]

    /// The records of every epoch, one by one.
    var allRecords: [Ngatu_V1_Record] { chains.values.flatMap(\.records.values) }

    /// What is neither stored nor in a `Gap` up to the greatest number of each epoch.
    var missing: [UInt64: [UInt64]] {
        chains.mapValues { chain in
            let known = chain.covered.union(chain.records.keys)
            return (1...(known.max() ?? 1)).filter { !known.contains($0) }
        }.filter { !$0.value.isEmpty }
    }

    var epochs: [UInt64] { chains.keys.sorted() }

    /// Numbers stored, or covered by a `Gap`.
    var accounted: (stored: Set<UInt64>, gaps: [UInt64: Int]) { (Set(records.keys), gaps) }

    var gapRecords: [Ngatu_V1_Gap] {
        records.values.filter { $0.record.gap != Ngatu_V1_Gap() }.sorted { $0.record.sequence < $1.record.sequence }
            .map(\.record.gap)
    }

    func send(_ request: CollectorRequest) async throws(OutboxError) -> CollectorResponse {
        let isBatch = request.method == "POST"
        if isBatch {
            requests += 1
            bodies.append(request.body)
        }
        let fault = isBatch ? nextBatchFault() : nextEvidenceFault()
        switch fault {
        case .unreachable: throw OutboxError(.unreachable, "connection refused")
        case .stranger(let status): return CollectorResponse(status: status, body: Data("<html>Welcome</html>".utf8))
        case .status(let status, let headers): return marked(CollectorResponse(status: status, headers: headers))
        case .lostAnswer:
            _ = isBatch ? answer(request.body) : takeEvidence(request)
            throw OutboxError(.unreachable, "connection reset")
        case nil: return marked(isBatch ? answer(request.body) : takeEvidence(request))
        }
    }

    private func nextBatchFault() -> Fault? { always ?? (faults.isEmpty ? nil : faults.removeFirst()) }

    private func nextEvidenceFault() -> Fault? { evidenceFaults.isEmpty ? nil : evidenceFaults.removeFirst() }

    private func marked(_ response: CollectorResponse) -> CollectorResponse {
        var response = response
        response.headers[CollectorMark.headerName] = "1"
        return response
    }

    private func answer(_ body: Data) -> CollectorResponse {
        guard let opened = try? BatchSeal.open(body, publicKey: { _ in key }) else {
            return CollectorResponse(status: 401)
        }
        let batch = opened.batch
        var chain = chains[batch.epoch] ?? Chain()
        if opened.hash == chain.head.hash { return CollectorResponse(status: 200, body: receipt(batch.epoch)) }
        guard batch.number == chain.head.number + 1, batch.previousHash == chain.head.hash else {
            return CollectorResponse(status: 409, body: receipt(batch.epoch))
        }
        if batch.records.count > largestBatch { return CollectorResponse(status: 413) }
        if batch.records.contains(where: { poison.contains($0.sequence) && !$0.isGap }) {
            return CollectorResponse(status: 422, body: Data("bad record".utf8))
        }
        for record in batch.records where records[record.sequence]?.epoch != batch.epoch {
            records[record.sequence] = Stored(record: record, epoch: batch.epoch)
            order.append(record.sequence)
            for range in record.gap.ranges {
                for sequence in range.first...range.last { gaps[sequence, default: 0] += 1 }
            }
        }
        for record in batch.records {
            chain.records[record.sequence] = chain.records[record.sequence] ?? record
            for range in record.gap.ranges { chain.covered.formUnion(range.first...range.last) }
        }
        accepted += 1
        chain.head = (batch.number, opened.hash)
        chains[batch.epoch] = chain
        return CollectorResponse(status: 200, body: receipt(batch.epoch))
    }

    private func receipt(_ epoch: UInt64) -> Data {
        var chain = chains[epoch] ?? Chain()
        while chain.records[chain.contiguous + 1] != nil || chain.covered.contains(chain.contiguous + 1) {
            chain.contiguous += 1
        }
        chains[epoch]?.contiguous = chain.contiguous
        var receipt = Ngatu_V1_BatchReceipt()
        receipt.epoch = epoch
        receipt.number = chain.head.number
        receipt.hash = chain.head.hash
        receipt.contiguousSequence = chain.contiguous
        receipt.receivedMicros = Date().unixMicroseconds
        return (try? receipt.serializedData()) ?? Data()
    }

    private func takeEvidence(_ request: CollectorRequest) -> CollectorResponse {
        let name = String(request.path.dropFirst("/v1/evidence/".count))
        let range = request.headers["content-range"]
        let verified = try? RequestSignature.verify(
            request.headers["authorization"] ?? "", method: request.method, path: request.path,
            fields: range.map { [$0] } ?? [], publicKey: { _ in key })
        guard verified != nil else { return CollectorResponse(status: 401) }
        if let status = refusedEvidence[name] { return CollectorResponse(status: status) }
        return store(request, name, range)
    }

    private func store(_ request: CollectorRequest, _ name: String, _ range: String?) -> CollectorResponse {
        let have = parts[name]?.count ?? 0
        guard request.method == "PUT" else {
            if evidence[name] != nil { return CollectorResponse(status: 200) }
            return isNamed(name)
                ? CollectorResponse(status: 202, headers: ["upload-offset": "\(have)"]) : CollectorResponse(status: 404)
        }
        guard isNamed(name) else { return CollectorResponse(status: 404) }
        let numbers = (range ?? "").split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 3, numbers[0] == have else {
            return CollectorResponse(status: 409, headers: ["upload-offset": "\(have)"])
        }
        partBytes += request.body.count
        parts[name, default: Data()] += request.body
        guard let whole = parts[name], whole.count == numbers[2] else {
            return CollectorResponse(status: 202, headers: ["upload-offset": "\(have + request.body.count)"])
        }
        parts[name] = nil
        guard Data(SHA256.hash(data: whole)).hexadecimal == name else { return CollectorResponse(status: 422) }
        evidence[name] = whole
        evidenceOrder.append(name)
        return CollectorResponse(status: 201)
    }

    private func isNamed(_ name: String) -> Bool {
        records.values.contains { stored in
            (stored.record.passage.evidence + stored.record.securityAlert.evidence)
                .contains { $0.sha256.hexadecimal == name }
        }
    }
}

extension Ngatu_V1_Record {
    /// A `Gap` may take the number of a record that was refused.
    fileprivate var isGap: Bool { if case .gap = body { true } else { false } }
}
