import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// HTTP or HTTPS to one collector, with kept-alive connections.
public final class HTTPTransport: CollectorTransport {
    /// The collector's address.
    public let collector: URL
    private let client: HTTPClient

    /// Most bytes of an answer: receipts and error texts are below 4 kB.
    private static let answerLimit = 64 << 10

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - collector: `http` or `https`, a host, perhaps a port and a path; no user, no query.
    ///   - certificateAuthority: a PEM file of CA certificates to trust instead of the system's.
    /// - Throws: ``OutboxError`` of kind `badConfiguration`.
    public init(collector: URL, certificateAuthority: String? = nil) throws(OutboxError) {
        guard ["http", "https"].contains(collector.scheme ?? ""), collector.host() != nil, collector.user() == nil,
            collector.query() == nil
        else {
            throw OutboxError(
                .badConfiguration, "the collector's address must look like https://collector.example:8443")
        }
        self.collector = collector
        var settings = HTTPClient.Configuration()
        settings.timeout = .init(connect: .seconds(10), read: .seconds(30), write: .seconds(30))
        settings.redirectConfiguration = .disallow
        settings.connectionPool.retryConnectionEstablishment = false
        settings.httpVersion = .http1Only
        if let certificateAuthority { settings.tlsConfiguration = try Self.trust(certificateAuthority) }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    private static func trust(_ path: String) throws(OutboxError) -> TLSConfiguration {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw OutboxError(.badConfiguration, "the CA file \(path) cannot be read")
        }
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.trustRoots = .file(path)
        return settings
    }

    /// Sends a request; at most 60 s for all of it.
    public func send(_ request: CollectorRequest) async throws(OutboxError) -> CollectorResponse {
        do {
            var wire = HTTPClientRequest(url: address(of: request.path))
            wire.method = HTTPMethod(rawValue: request.method)
            for (name, value) in request.headers { wire.headers.add(name: name, value: value) }
            if !request.body.isEmpty { wire.body = .bytes(ByteBuffer(bytes: request.body)) }
            let answer = try await client.execute(wire, timeout: .seconds(60))
            let body = try await answer.body.collect(upTo: Self.answerLimit)
            var headers: [String: String] = [:]
            for (name, value) in answer.headers { headers[name.lowercased()] = value }
            return CollectorResponse(
                status: Int(answer.status.code), headers: headers, body: Data(body.readableBytesView))
        } catch { throw Self.translated(error) }
    }

    /// Closes the connections. Call once, when no request is under way.
    public func shutdown() async {
        try? await client.shutdown()  // nothing can be done about a connection that closes badly
    }

    private func address(of path: String) -> String {
        let base = collector.absoluteString
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }

    private static func translated(_ error: any Error) -> OutboxError {
        if let error = error as? OutboxError { return error }
        if error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError {
            return OutboxError(
                .untrusted, "TLS with the collector failed: \(error); name its CA file if it is your own")
        }
        return OutboxError(.unreachable, "\(error)")
    }
}
