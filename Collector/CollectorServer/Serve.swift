import ArgumentParser
import CollectorDomain
import CollectorStore
import CollectorWeb
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// Runs the collector until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the collector until SIGINT or SIGTERM.")

    @OptionGroup var options: DataOptions
    @Option(name: .long, help: "The address to listen on; by default 127.0.0.1.") var host: String?
    @Option(name: .long, help: "The port to listen on; by default 8080; 0: any, printed.") var port: Int?
    @Option(name: .long, help: "A YAML file with settings; options win over it.") var config: String?
    @Option(name: .customLong("tls-certificate"), help: "PEM file of the certificate chain, for HTTPS.")
    var tlsCertificate: String?
    @Option(name: .customLong("tls-key"), help: "PEM file of the private key, for HTTPS.") var tlsKey: String?
    @Flag(
        name: .customLong("print-login"),
        help: "If the first administrator has not chosen a password yet, print a new one-time password.")
    var printLogin = false

    func run() async throws {
        try await reporting {
            let settings = try self.settings()
            let logger = try makeLogger(settings)
            let store = try options.open()
            try store.removeStrayEvidence()
            try await FirstAdministrator(store: store).announce(again: printLogin)
            let application = try makeApplication(store, settings, logger)
            do {
                try await application.runService()
            } catch {
                throw Failure("cannot listen on \(settings.host):\(settings.port): \(error)", code: 69)
            }
        }
    }

    private func settings() throws -> ServerSettings {
        var settings = try config.map { try ServerSettings(file: $0) } ?? ServerSettings()
        if let host { settings.host = host }
        if let port { settings.port = port }
        if let tlsCertificate { settings.tlsCertificate = tlsCertificate }
        if let tlsKey { settings.tlsKey = tlsKey }
        guard (settings.tlsCertificate == nil) == (settings.tlsKey == nil) else {
            throw Failure("--tls-certificate and --tls-key belong together", code: 64)
        }
        guard (0...65_535).contains(settings.port) else { throw Failure("--port must be a port number", code: 64) }
        return settings
    }

    private func makeLogger(_ settings: ServerSettings) throws -> Logger {
        guard let level = Logger.Level(rawValue: settings.logLevel) else {
            throw Failure("logLevel must be debug, info, notice, warning or error", code: 65)
        }
        var logger = Logger(label: "collector") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    private func makeApplication(
        _ store: CollectorDatabase, _ settings: ServerSettings, _ logger: Logger
    ) throws -> some ApplicationProtocol {
        var web = WebConfiguration()
        web.collectorName = settings.name
        web.trustedProxies = settings.trustedProxies
        web.vendorDirectories = settings.vendorDirectories.map { URL(fileURLWithPath: $0) }
        web.servesTLS = settings.tlsCertificate != nil
        let site: CollectorApplication
        do {
            site = try CollectorApplication(store: store, configuration: web, logger: logger)
        } catch {
            throw Failure("\(error)", code: 65)
        }
        for package in site.missingPackages {
            logger.warning("a package is missing; pages show less", metadata: ["package": "\(package)"])
        }
        let limits = ConnectionLimits()
        let scheme = web.servesTLS ? "https" : "http"
        return Application(
            router: site.router(), server: try server(limits, settings),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                StandardOutput.line("listening on \(scheme)://\(settings.host):\(port)")
            }, logger: logger)
    }

    private func server(_ limits: ConnectionLimits, _ settings: ServerSettings) throws -> HTTPServerBuilder {
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return limits.server }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            return try .tls(limits.server, tlsConfiguration: tls)
        } catch {
            throw Failure("TLS files \(certificate) and \(key) cannot be used: \(error)", code: 65)
        }
    }
}
