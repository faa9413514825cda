import Foundation
import Yams

/// The configuration file of a collector. Every key is optional; unknown keys are errors with their line.
struct ServerSettings: Hashable, Sendable {
    /// What the collector calls itself.
    var name = "NgaTu"
    /// Where it listens.
    var host = "127.0.0.1"
    /// Where it listens.
    var port = 8080
    /// Reverse proxies whose `X-Forwarded-For` and `-Proto` are believed.
    var trustedProxies: [String] = []
    /// Folders with Debian's JavaScript packages.
    var vendorDirectories = ["/usr/share/javascript"]
    /// PEM files for HTTPS.
    var tlsCertificate: String?
    /// PEM files for HTTPS.
    var tlsKey: String?
    /// debug, info, notice, warning or error.
    var logLevel = "notice"

    /// Reads a file.
    ///
    /// - Throws: ``Failure`` naming file, line and key.
    init(file path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Failure("\(path): cannot be read", code: 65)
        }
        try self.init(yaml: text, file: path)
    }

    /// The defaults.
    init() {}

    /// Reads YAML.
    init(yaml: String, file: String) throws {
        let node: Node?
        do {
            node = try compose(yaml: yaml)
        } catch {
            throw Failure("\(file): not YAML: \(error)", code: 65)
        }
        guard let node else { return }
        guard case .mapping(let mapping) = node else {
            throw Failure("\(file): must be a list of 'key: value'", code: 65)
        }
        for (key, value) in mapping { try take(key, value, file) }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw Failure("\(file): tlsCertificate and tlsKey belong together", code: 65)
        }
    }

    private mutating func take(_ key: Node, _ value: Node, _ file: String) throws {
        let place = "\(file):\(key.mark?.line ?? 0): \(key.string ?? "?")"
        switch key.string {
        case "name": name = try text(value, place)
        case "host": host = try text(value, place)
        case "port":
            guard let number = value.int, (0...65_535).contains(number) else {
                throw Failure("\(place): must be a port number", code: 65)
            }
            port = number
        case "trustedProxies": trustedProxies = try texts(value, place)
        case "vendorDirectories": vendorDirectories = try texts(value, place)
        case "tlsCertificate": tlsCertificate = try text(value, place)
        case "tlsKey": tlsKey = try text(value, place)
        case "logLevel": logLevel = try text(value, place)
        default: throw Failure("\(place): unknown key", code: 65)
        }
    }

    private func text(_ node: Node, _ place: String) throws -> String {
        guard let text = node.string, !text.isEmpty else { throw Failure("\(place): must be a text", code: 65) }
        return text
    }

    private func texts(_ node: Node, _ place: String) throws -> [String] {
        guard case .sequence(let nodes) = node else { throw Failure("\(place): must be a list of texts", code: 65) }
        return try nodes.map { try text($0, place) }
    }
}
