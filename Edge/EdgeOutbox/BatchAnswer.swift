import EventModel
import Foundation
import SwiftProtobuf

/// What an answer to `POST /v1/batches` means for the batch.
enum BatchAnswer: Hashable, Sendable {
    /// Stored, durably.
    case stored(Ngatu_V1_BatchReceipt)
    /// The collector's head of the chain is another one.
    case conflict(Ngatu_V1_BatchReceipt)
    /// Come back later.
    case wait(Duration)
    /// The key is unknown or revoked.
    case keyRefused
    case tooLarge
    /// The collector read it and will not take it.
    case malformed(String)
    /// Nothing is known: no answer, a broken one, or a collector in trouble.
    case failed(String)

    /// Reads a response.
    ///
    /// - Parameters:
    ///   - response: nil when none came; `failure` then says why.
    ///   - now: the wall clock, for a `Retry-After` date.
    init(_ response: CollectorResponse?, failure: String = "", now: Date) {
        guard let response else {
            self = .failed(failure)
            return
        }
        switch response.status {
        case 200 where !response.isFromCollector: self = .failed("something before the collector answers 200")
        case 200: self = Self.receipt(response).map(Self.stored) ?? .failed("the receipt cannot be read")
        case 409: self = Self.receipt(response).map(Self.conflict) ?? .failed("the receipt cannot be read")
        case 401, 403: self = .keyRefused
        case 429, 503:
            let delay = RetryAfter.parse(response.headers["retry-after"], now: now)
            self = delay.map(Self.wait) ?? .failed("the collector is busy (\(response.status))")
        case 413: self = .tooLarge
        // Not about the content: a wrong address or a proxy in between. The records are not to blame.
        case 404, 405, 407, 408, 421, 425, 426, 451: self = .failed("the address answers \(response.status)")
        case 400..<500 where response.isFromCollector: self = .malformed(Self.text(response))
        case 400..<500: self = .failed("something before the collector answers \(response.status)")
        default: self = .failed("the collector answers \(response.status)")
        }
    }

    private static func receipt(_ response: CollectorResponse) -> Ngatu_V1_BatchReceipt? {
        guard !response.body.isEmpty else { return nil }
        return try? Ngatu_V1_BatchReceipt(serializedBytes: response.body)  // nil means a broken answer
    }

    private static func text(_ response: CollectorResponse) -> String {
        let printable = String(decoding: response.body.prefix(200), as: UTF8.self).filter { !$0.isNewline }
        return "\(response.status) \(printable)"
    }
}

/// The `Retry-After` header (RFC 9110, 10.2.3): seconds or a date.
enum RetryAfter {
    /// A longer wait is not believed: a wrong clock or a typing mistake must not silence an agent for days.
    static let longest: Duration = .seconds(3_600)

    static func parse(_ text: String?, now: Date) -> Duration? {
        guard let text = text?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if let seconds = Int(text) { return min(longest, .seconds(max(0, seconds))) }
        let reader = DateFormatter()
        reader.locale = Locale(identifier: "en_US_POSIX")
        reader.timeZone = .gmt
        reader.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = reader.date(from: text) else { return nil }
        return min(longest, .seconds(max(0, date.timeIntervalSince(now))))
    }
}
