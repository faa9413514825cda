import BatchCodec
public import Foundation

/// One request to the collector.
public struct CollectorRequest: Hashable, Sendable {
    /// `POST`, `PUT`, `HEAD` or `GET`.
    public var method: String
    /// Below the collector's address, beginning with a slash; perhaps with a query.
    public var path: String
    /// Names and values, in order.
    public var headers: [String: String]
    /// May be empty.
    public var body: Data

    /// Makes a request.
    public init(method: String, path: String, headers: [String: String] = [:], body: Data = Data()) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// One answer of the collector.
public struct CollectorResponse: Hashable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// Names in lower case.
    public var headers: [String: String]
    /// Bounded by the transport.
    public var body: Data

    /// Makes an answer.
    public init(status: Int, headers: [String: String] = [:], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the collector itself speaks: see ``CollectorMark``.
    var isFromCollector: Bool { headers[CollectorMark.headerName] != nil }
}

/// Carries requests to the collector. ``HTTPTransport`` is the real one; tests use fakes.
public protocol CollectorTransport: Sendable {
    /// Sends a request and reads the whole answer.
    ///
    /// - Throws: ``OutboxError`` of kind `unreachable` or `untrusted`; nothing is known about what arrived.
    func send(_ request: CollectorRequest) async throws(OutboxError) -> CollectorResponse
}
