import BatchCodec
import Foundation

/// The upload of one file, request by request. Pure.
///
/// `HEAD` asks how much the collector has; `PUT` sends the rest in parts. An upload that broke goes on where the
/// collector's `Upload-Offset` says.
struct EvidenceUpload: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case ask
        case put(Range<Int>)
    }

    enum Outcome: Hashable, Sendable {
        /// More requests are needed.
        case goOn
        case complete
        /// The collector does not know a record that names the file.
        case unnamed
        /// The collector's bytes do not have this hash, again after a fresh start, or it will not have the file.
        case refused(String)
        case wait(Duration)
        case keyRefused
        case failed(String)
    }

    static let partBytes = 1 << 20
    /// A file of more bytes makes room for others between its parts.
    static let smallBytes = 2 << 20

    let file: WaitingEvidence
    private(set) var offset: Int?
    /// A part of it was taken since it had its turn.
    var hasMoved = false
    private var restarts = 0
    /// Answers in a row that took the file nowhere.
    private var failures = 0
    /// The newest answer came from the collector, and was about this file: it fails at it.
    private(set) var isCollectorFailing = false

    init(_ file: WaitingEvidence) { self.file = file }

    var isLarge: Bool { file.byteCount > Self.smallBytes }

    var path: String { "/v1/evidence/" + file.name }

    var step: Step {
        guard let offset else { return .ask }
        return .put(offset..<min(offset + Self.partBytes, file.byteCount))
    }

    func contentRange(_ part: Range<Int>) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.byteCount)"
    }

    /// Takes an answer; nil: none came.
    mutating func answered(_ response: CollectorResponse?, failure: String = "", now: Date) -> Outcome {
        isCollectorFailing = false
        guard let response else {
            offset = nil  // some of the part may have arrived: ask again
            return .failed(failure)
        }
        let outcome = outcome(of: response, now: now)
        if case .failed = outcome { failures += 1 }
        return outcome
    }

    /// The collector answers, but not to this file: others go on meanwhile. A file that was put off once is put off
    /// again at its first failure.
    var isHopelessForNow: Bool { failures >= (file.deferrals > 0 ? 1 : 5) }

    private mutating func outcome(of response: CollectorResponse, now: Date) -> Outcome {
        switch response.status {
        case 429, 503: return .wait(RetryAfter.parse(response.headers["retry-after"], now: now) ?? .seconds(5))
        case 401, 403: return .keyRefused
        case _ where !response.isFromCollector:
            offset = nil
            return .failed("something before the collector answers \(response.status)")
        case 200, 201: return .complete
        case 202, 409: return moved(to: response.headers["upload-offset"])
        case 400: return .refused("the collector calls it malformed")
        case 404: return .unnamed
        case 422: return restarted()
        case 413: return .refused("the collector says it is too large")
        default:
            isCollectorFailing = true
            offset = nil
            return .failed("the collector answers \(response.status) to evidence")
        }
    }

    private mutating func moved(to text: String?) -> Outcome {
        guard let next = text.flatMap(Int.init), (0..<file.byteCount).contains(next) else {
            offset = nil
            return .failed("the collector names no usable Upload-Offset")
        }
        if let offset, next == offset {  // a part was sent and did not count
            self.offset = nil
            return .failed("the collector takes no part of the evidence")
        }
        hasMoved = offset != nil
        offset = next
        failures = 0
        return .goOn
    }

    private mutating func restarted() -> Outcome {
        restarts += 1
        offset = 0
        return restarts > 1 ? .refused("the collector finds another hash") : .goOn
    }
}
