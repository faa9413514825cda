import EdgeAPI
import Foundation

extension AgentConfiguration {
    /// Reads the section `api`.
    static func api(_ section: YAMLSection, folder: URL) -> APIConfiguration {
        var api = APIConfiguration()
        let certificate = section.converted("certificate") { try readable($0, folder) }
        let key = section.converted("key") { try readable($0, folder) }
        let isPlain = section.flag("plain-http") ?? false
        if let certificate, let key { api.tls = .init(certificate: certificate, key: key) }
        if (certificate == nil) != (key == nil) {
            let missing = certificate == nil ? "certificate" : "key"
            _ = section.required(missing, nil as URL?, "'certificate' and 'key' belong together")
        }
        let address = section.converted("listen") { text in
            let address = try ListenAddress(text)
            guard address.isLoopback || certificate != nil || isPlain else {
                throw ConfigurationText(
                    "'\(text)' can be reached from other machines: name 'certificate' and 'key' (PEM files), or write "
                        + "'plain-http: true' where nobody else is on the network")
            }
            return address
        }
        if let address { (api.host, api.port) = (address.host, address.port) }
        section.finish()
        return api
    }

    private static func readable(_ path: String, _ folder: URL) throws -> URL {
        let file = URL(fileURLWithPath: path, relativeTo: folder)
        guard FileManager.default.isReadableFile(atPath: file.path) else {
            throw ConfigurationText("'\(path)' cannot be read: is the path right, and may the agent's user read it?")
        }
        return file
    }
}

/// An address and port to listen on, such as `127.0.0.1:8480` or `[::1]:8480`.
struct ListenAddress: Hashable {
    var host: String
    var port: Int

    /// - Throws: ``ConfigurationText``.
    init(_ text: String) throws {
        let parts = text.wholeMatch(of: /(?:\[([0-9a-fA-F:.]+)\]|([0-9a-zA-Z.]+)):(\d{1,5})/)
        guard let parts, let host = parts.1 ?? parts.2, let port = Int(parts.3), port <= 65_535,
            host == "localhost" || Self.isAddress(String(host), AF_INET) || Self.isAddress(String(host), AF_INET6)
        else {
            throw ConfigurationText("wants an IP address and a port, such as '127.0.0.1:8480' or '[::]:8480'")
        }
        (self.host, self.port) = (String(host), port)
    }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(family, text, &bytes) == 1
    }
}
