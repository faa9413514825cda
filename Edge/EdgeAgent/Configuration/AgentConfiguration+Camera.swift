import Crypto
import EdgeCapture
import EventModel
import Foundation
import SiteCalibration

extension AgentConfiguration {
    /// Reads one entry of `cameras`; nil where it has mistakes, which are noted.
    static func camera(_ section: YAMLSection, folder: URL) -> Camera? {
        let id = section.required("id", section.converted("id", cameraID), CameraID.rule)
        let login = credentials(section, folder: folder)
        let locator = section.required("url", locator("url", section, login, folder), "rtsp://… of the camera")
        let second = self.locator("analysis-url", section, login, folder)
        guard let id, let locator else {
            _ = settings(section, CaptureSource(camera: CameraID.unnamed, locator: .file("")))
            _ = decoding(section)
            _ = section.flag("record")
            section.finish()
            return nil
        }
        let source = settings(section, CaptureSource(camera: id, locator: locator))
        var substream = second.map { settings(section, CaptureSource(camera: id, locator: $0)) }
        substream?.pictureTimeout = .seconds(10)  // there is another stream to turn to
        let decoding = decoding(section)
        let site = section.converted("site-file") { try siteFile($0, camera: id, folder: folder) }
        let isRecorded = section.flag("record") ?? true
        section.finish()
        return Camera(
            source: source, substream: substream, site: site?.file, siteStamp: site?.stamp ?? "", decoding: decoding,
            isRecorded: isRecorded)
    }

    private static func settings(_ section: YAMLSection, _ source: CaptureSource) -> CaptureSource {
        var source = source
        if let transport = section.choice("transport", of: RTSPTransport.self) { source.transport = transport }
        if let stall = section.seconds("stall-seconds", in: 1...600) { source.stallTimeout = stall }
        if let connect = section.seconds("connect-seconds", in: 1...120) { source.connectTimeout = connect }
        return source
    }

    private static func decoding(_ section: YAMLSection) -> DecodePlanner.Configuration {
        var decoding = DecodePlanner.Configuration()
        if let mode = section.choice("decoding", of: DecodePlanner.Mode.self) { decoding.mode = mode }
        return decoding
    }

    /// User name and password, where the file keeps them apart from the addresses.
    private static func credentials(_ section: YAMLSection, folder: URL) -> Credentials? {
        let user = section.string("user")
        let password = section.converted("password-file") { try passwordFile($0, folder: folder) }
        return user.map { Credentials(user: $0, password: password ?? "") }
    }

    private static func locator(
        _ key: String, _ section: YAMLSection, _ login: Credentials?, _ folder: URL
    ) -> MediaLocator? {
        section.converted(key) { text in
            guard text.contains("://") else { return .file(URL(fileURLWithPath: text, relativeTo: folder).path) }
            var url = try CameraURL(text)
            if let login { url.credentials = login }
            return .rtsp(url)
        }
    }

    private static func passwordFile(_ path: String, folder: URL) throws -> String {
        guard let text = try? String(contentsOf: URL(fileURLWithPath: path, relativeTo: folder), encoding: .utf8) else {
            throw ConfigurationText("'\(path)' cannot be read: does the agent's user have the right to?")
        }
        return text.trimmingCharacters(in: .newlines)
    }

    private static func cameraID(_ text: String) throws -> CameraID {
        guard let id = CameraID(rawValue: text) else { throw ConfigurationText(CameraID.rule) }
        return id
    }

    /// Loads a site file. It belongs to one camera: another camera's geometry would count at the wrong place in silence.
    private static func siteFile(
        _ path: String, camera: CameraID, folder: URL
    ) throws -> (file: SiteFile, stamp: String) {
        let site = try SiteFile.loadStamped(URL(fileURLWithPath: path, relativeTo: folder).path)
        guard site.file.camera == camera else {
            throw ConfigurationText("'\(path)' is the geometry of camera '\(site.file.camera)', not of '\(camera)'")
        }
        return site
    }
}

extension SiteFile {
    /// Reads a site file from disk.
    ///
    /// - Throws: ``SiteError``, or ``ConfigurationText`` where the file cannot be read.
    static func load(_ path: String) throws -> SiteFile { try loadStamped(path).file }

    /// Reads a site file, and tells its content from another by the first half of its SHA-256.
    static func loadStamped(_ path: String) throws -> (file: SiteFile, stamp: String) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationText("site file '\(path)' cannot be read: is the path right?")
        }
        let stamp = SHA256.hash(data: data).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return (try SiteFile(json: data, file: path), stamp)
    }
}

/// A mistake in one value, in plain words; its place is added by whoever reads the file.
struct ConfigurationText: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
