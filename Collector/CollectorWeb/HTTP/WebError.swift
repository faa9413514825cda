import BatchCodec
import CollectorDomain
import HTTPTypes
import Hummingbird
import NIOCore

/// Why a request is not answered with what it asked for. Its texts are shown to the client: never a path, SQL or a secret.
struct WebError: Error, Sendable {
    /// What the client can do.
    enum Kind: String, CaseIterable, Sendable {
        /// Correct the request.
        case malformed
        /// One record or the content is bad: set it aside.
        case unprocessable
        /// Log in.
        case loginNeeded
        /// Enrol the agent again.
        case unknownAgent
        /// Ask somebody who may.
        case forbidden
        /// Change the password first.
        case passwordChangeDue
        /// Look elsewhere.
        case notFound
        /// Go on from the state that the answer tells.
        case conflict
        /// Send less at once.
        case tooLarge
        /// Send faster.
        case tooSlow
        /// Ask for bytes that exist.
        case unsatisfiableRange
        /// Wait.
        case tooMany
        /// Wait: the collector cannot store right now.
        case unavailable
        /// Tell the operator.
        case failed
    }

    var kind: Kind
    /// For people; goes into the answer.
    var message: String
    /// Seconds to wait, for `tooMany` and `unavailable`.
    var retryAfterSeconds: Int?
    var headers: HTTPFields = [:]
    /// A body that replaces the message: the receipt of a conflict.
    var body: ByteBuffer?

    init(_ kind: Kind, _ message: String, retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]) {
        self.kind = kind
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.headers = headers
    }
}

extension WebError.Kind {
    /// The one place where an HTTP status is chosen for something that went wrong.
    var status: HTTPResponse.Status {
        switch self {
        case .malformed: .badRequest
        case .unprocessable: .unprocessableContent
        case .loginNeeded, .unknownAgent: .unauthorized
        case .forbidden, .passwordChangeDue: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .unsatisfiableRange: .rangeNotSatisfiable
        case .tooMany: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .failed: .internalServerError
        }
    }
}

extension WebError {
    /// What a client hears about any error.
    init(_ error: any Error) {
        switch error {
        case let error as WebError: self = error
        case let error as StoreError: self.init(store: error)
        case let error as BatchError: self.init(batch: error)
        case let error as HTTPError: self.init(framework: error.status)
        case is NIOTooManyBytesError: self.init(.tooLarge, "the body is larger than this address takes")
        case is CancellationError: self.init(.unavailable, "the request was cancelled", retryAfterSeconds: 1)
        default: self.init(.failed, "the collector made a mistake; its log says more")
        }
    }

    private init(store error: StoreError) {
        switch error.kind {
        case .storageFull: self.init(.unavailable, "the collector's disk is full", retryAfterSeconds: 30)
        case .inputOutput: self.init(.unavailable, "the collector's disk fails", retryAfterSeconds: 30)
        case .busy: self.init(.unavailable, "too much is waiting to be stored", retryAfterSeconds: 2)
        case .unknownAgent: self.init(.unknownAgent, "the agent's key is not enrolled here")
        case .notFound: self.init(.notFound, "there is no such thing here")
        case .refused: self.init(.forbidden, "refused")
        case .tooLarge: self.init(.tooLarge, "more bytes than were declared")
        case .wrongOffset:
            self.init(.conflict, "the upload goes on elsewhere", headers: [.uploadOffset: "\(error.offset ?? 0)"])
        case .mismatch:
            self.init(
                .unprocessable, "the bytes do not match their SHA-256; begin again", headers: [.uploadOffset: "0"])
        case .damaged, .newerSchema, .unexpected: self.init(.failed, "the collector made a mistake; its log says more")
        }
    }

    private init(batch error: BatchError) {
        switch error.kind {
        case .unknownKey, .badSignature: self.init(.unknownAgent, error.detail)
        case .malformed: self.init(.malformed, error.detail)
        case .tooLarge: self.init(.tooLarge, error.detail)
        }
    }

    private init(framework status: HTTPResponse.Status) {
        switch status.code {
        case 404, 405: self.init(.notFound, "there is nothing at this address")
        case 413: self.init(.tooLarge, "the body is larger than this address takes")
        default: self.init(status.kind == .serverError ? .failed : .malformed, "the request cannot be understood")
        }
    }
}

/// Why the web side cannot start. The text names the setting.
public struct SetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and where.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
