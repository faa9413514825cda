public import EdgeRecording
public import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL

/// Where the API listens.
public struct APIConfiguration: Hashable, Sendable {
    /// An IP address, or `localhost`.
    public var host = "127.0.0.1"
    /// 0: any free one, which is logged.
    public var port = 8480
    /// PEM files of the certificate chain and its private key; nil: plain HTTP.
    public var tls: TLSFiles?

    /// PEM files.
    public struct TLSFiles: Hashable, Sendable {
        /// The certificate chain.
        public var certificate: URL
        /// The private key.
        public var key: URL

        /// Names both.
        public init(certificate: URL, key: URL) { (self.certificate, self.key) = (certificate, key) }
    }

    /// The defaults.
    public init() {}
}

/// The agent's live and playback API: an HTTP server for installers' tools, over the cameras' rings and recordings.
public struct APIServer: Sendable {
    private let configuration: APIConfiguration
    private let services: APIServices
    private let gate: TokenGate
    private let limits = ConnectionLimits()
    private let server: HTTPServerBuilder
    private let logger: Logger

    /// Prepares; nothing listens before ``run(onListening:)``.
    ///
    /// - Parameters:
    ///   - index: nil where nothing is recorded.
    ///   - exports: where clips that are asked for are kept.
    /// - Throws: ``APISetupError``: a certificate or folder cannot be used.
    public init(
        _ configuration: APIConfiguration, token: APIToken, cameras: [APICamera], index: RecordingIndex?, exports: URL,
        logger: Logger = Logger(label: "ngatu.api")
    ) throws(APISetupError) {
        self.configuration = configuration
        services = APIServices(cameras: cameras, index: index, exports: try ExportFolder(exports), logger: logger)
        gate = TokenGate(token: token, failures: FailureLimiter(), logger: logger)
        server = try Self.server(limits.server, configuration.tls)
        self.logger = logger
    }

    /// Serves until the task is cancelled or asked to shut down gracefully.
    ///
    /// - Parameter onListening: called with the port once it listens.
    /// - Throws: where the port is taken, for one.
    public func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        // The framework's own words would come beside ours for every failure.
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: Self.router(services, gate), server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { [port = configuration.port] in onListening($0.localAddress?.port ?? port) },
            logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { try await tidy() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Every route behind the gate.
    static func router(_ services: APIServices, _ gate: TokenGate) -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: AnswerMiddleware(logger: services.logger))
        router.add(middleware: gate)
        for route in services.routes {
            let path = RouterPath(route.path)
            router.on(path, method: route.method, use: route.handler)
            if route.isFile { router.on(path, method: .head, use: route.handler) }
        }
        return router
    }

    /// Clips that nobody asks for any more go away all the same.
    private func tidy() async throws {
        while true {
            try await services.files.run { [services] in services.exports.prune(now: services.now()) }
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private static func server(
        _ plain: HTTPServerBuilder, _ files: APIConfiguration.TLSFiles?
    ) throws(APISetupError) -> HTTPServerBuilder {
        guard let files else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate.path).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: files.key.path, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: tls)
        } catch {
            throw APISetupError(
                "the certificate \(files.certificate.path) and key \(files.key.path) cannot be used: \(error)")
        }
    }
}
