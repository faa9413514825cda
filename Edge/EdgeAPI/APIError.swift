import EdgeRecording
import HTTPTypes
import Hummingbird
import NIOCore

/// Why a request is not answered with what it asked for. Its texts go to the client: never a path or a secret.
struct APIError: Error, Sendable {
    /// What the client can do.
    enum Kind: String, CaseIterable, Sendable {
        /// Correct the request.
        case malformed
        /// Send the right token.
        case unauthorized
        /// Ask for something else.
        case notFound
        /// Ask for less.
        case tooLarge
        /// Send faster.
        case tooSlow
        /// Ask for bytes that there are.
        case unsatisfiable
        /// Wait.
        case tooMany
        /// The camera's stream cannot be put into MP4: change its settings.
        case unsupported
        /// Wait.
        case unavailable
        /// Look into the agent's log.
        case failed
    }

    var kind: Kind
    /// What is wrong and what to do.
    var message: String
    var headers: HTTPFields = [:]

    init(_ kind: Kind, _ message: String, retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]) {
        (self.kind, self.message, self.headers) = (kind, message, headers)
        if let retryAfterSeconds { self.headers[.retryAfter] = "\(retryAfterSeconds)" }
    }
}

extension APIError.Kind {
    /// The one place where an HTTP status is chosen for something that went wrong.
    var status: HTTPResponse.Status {
        switch self {
        case .malformed: .badRequest
        case .unauthorized: .unauthorized
        case .notFound: .notFound
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .unsatisfiable: .rangeNotSatisfiable
        case .tooMany: .tooManyRequests
        case .unsupported: .unprocessableContent
        case .unavailable: .serviceUnavailable
        case .failed: .internalServerError
        }
    }
}

extension APIError {
    /// What a client hears about any error.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as RecordingError: self.init(recording: error)
        case let error as HTTPError where error.status.kind != .serverError:
            self.init(
                error.status == .contentTooLarge ? .tooLarge : .notFound,
                "there is nothing at this address for this method; GET /v1/openapi.json lists what there is")
        case is NIOTooManyBytesError: self.init(.tooLarge, "the body is larger than this address takes")
        case is CancellationError: self.init(.unavailable, "the agent is ending", retryAfterSeconds: 10)
        default: self.init(.failed, "the agent could not do it; its log says why")
        }
    }

    private init(recording error: RecordingError) {
        switch error.kind {
        case .notRecorded: self.init(.notFound, "nothing of that time is kept; …/recordings tells what is")
        case .unsupported: self.init(.unsupported, "MP4 does not take this camera's stream; choose H.264 in the camera")
        case .fullDisk: self.init(.unavailable, "the agent's disk is full; make room", retryAfterSeconds: 60)
        case .storage, .damaged:
            self.init(
                .unavailable, "a recording of that time was deleted or cannot be read; ask again, or for another time",
                retryAfterSeconds: 2)
        }
    }
}

/// Why the API cannot start, for an operator.
public struct APISetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
