import BatchCodec
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Files for browsers: our own from `Resources/Assets`, others' from Debian's packages. Held in memory, named in advance,
/// so that no request ever names a path.
struct Assets: Sendable {
    private struct Asset: Sendable {
        let body: ByteBuffer
        let mediaType: String
        let entityTag: String
    }

    /// A file of another project, and the Debian package that brings it.
    private struct Vendor {
        let name: String
        let candidates: [String]
        let package: String
    }

    private static let vendors = [
        Vendor(name: "chart.js", candidates: ["chart.js/chart.min.js", "chart.js/chart.js"], package: "libjs-chart.js")
    ]
    private static let mediaTypes = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png",
    ]

    private var own: [String: Asset] = [:]
    private var vendor: [String: Asset] = [:]
    /// Packages to install before everything works.
    private(set) var missingPackages: [String] = []
    /// Changes whenever one of our own files does; part of their addresses.
    private(set) var version = ""

    init(directory: URL, vendorDirectories: [URL]) throws {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        for file in files {
            guard let type = Self.mediaTypes[file.pathExtension] else { continue }
            own[file.lastPathComponent] = Self.asset(try Data(contentsOf: file), type)
        }
        version = String(
            Self.digest(Data(own.sorted { $0.key < $1.key }.map(\.value.entityTag).joined().utf8)).prefix(12))
        for entry in Self.vendors { load(entry, from: vendorDirectories) }
    }

    /// Answers `/assets/…` and `/assets/vendor/…`.
    func response(_ name: String, isVendor: Bool, request: Request) throws -> Response {
        guard let asset = isVendor ? vendor[name] : own[name] else {
            throw WebError(.notFound, "there is no such file")
        }
        let isVersioned = request.uri.queryParameters["v"].map(String.init) == version
        let headers: HTTPFields = [
            .contentType: asset.mediaType, .eTag: asset.entityTag,
            .cacheControl: isVersioned ? "public, max-age=31536000, immutable" : "public, no-cache",
        ]
        if request.headers[.ifNoneMatch] == asset.entityTag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.body))
    }

    private mutating func load(_ entry: Vendor, from directories: [URL]) {
        for directory in directories {
            for candidate in entry.candidates {
                let file = directory.appendingPathComponent(candidate)
                // An absent or unreadable file is reported below, by the name of its package.
                guard let data = try? Data(contentsOf: file) else { continue }
                vendor[entry.name] = Self.asset(data, Self.mediaTypes["js"] ?? "")
                return
            }
        }
        missingPackages.append(entry.package)
    }

    private static func asset(_ data: Data, _ mediaType: String) -> Asset {
        Asset(body: ByteBuffer(bytes: data), mediaType: mediaType, entityTag: "\"\(digest(data).prefix(32))\"")
    }

    private static func digest(_ data: Data) -> String { Data(SHA256.hash(data: data)).hexadecimal }
}
