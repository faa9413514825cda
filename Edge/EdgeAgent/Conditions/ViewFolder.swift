import EdgeCore
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import Logging

/// What lasted when the agent ended.
struct KeptConditions: Hashable, Sendable {
    var open: [OpenCondition] = []
    /// The geometry that was in force; nil where nothing lasted.
    var site: String?
}

/// What an agent remembers of its cameras' condition over a restart: their views, and the conditions that last.
///
/// Files `ID.LIGHT.WIDTHxHEIGHT.pgm` (one for each kind of light and shape of picture; any viewer shows them) and
/// `ID.conditions.json`. Each is written aside and renamed, in the background. What cannot be read is left out, with a
/// word in the log, and replaced in time.
struct ViewFolder: Sendable {
    /// Where it is.
    let folder: URL
    private let files: BackgroundFiles
    private let logger = Logger(label: "ngatu.conditions")

    private static let viewSuffix = ".pgm"
    private static let conditionsSuffix = ".conditions.json"

    /// A folder that is made when something is to be kept.
    init(_ folder: URL) {
        self.folder = folder
        files = BackgroundFiles(in: folder)
    }

    /// The views of a camera that were taken under this geometry. Those of another are left aside: they are replaced.
    func views(of camera: CameraID, site: String) -> [CameraView] {
        names.filter { $0.hasSuffix(Self.viewSuffix) && $0.hasPrefix("\(camera).") }.compactMap { name in
            // Another camera's name may begin alike.
            guard name.split(separator: ".").count == "\(camera)".split(separator: ".").count + 3 else { return nil }
            let file = folder.appendingPathComponent(name)
            guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
            guard let view = CameraView(pgm: data), viewFile(camera, view) == file else {
                complain("a camera's view is broken and will be taken anew", file, nil, camera)
                return nil
            }
            return view.site == site ? view : nil
        }
    }

    /// Keeps a view in place of the one of the same light and shape. Returns at once.
    func keep(_ view: CameraView, of camera: CameraID) { files.put(view.pgm, viewFile(camera, view)) }

    /// What lasted when the agent ended.
    func conditions(of camera: CameraID) -> KeptConditions {
        let file = conditionsFile(camera)
        guard let data = FileManager.default.contents(atPath: file.path) else { return KeptConditions() }
        do {
            let entries = try JSONDecoder().decode([Entry].self, from: data)
            return KeptConditions(open: entries.compactMap(\.condition), site: entries.first?.site)
        } catch {
            complain("a camera's lasting conditions cannot be read", file, error, camera)
            return KeptConditions()
        }
    }

    /// Keeps what lasts now, under this geometry. Returns at once.
    func keep(_ conditions: [OpenCondition], of camera: CameraID, site: String) {
        let file = conditionsFile(camera)
        guard !conditions.isEmpty else { return files.put(nil, file) }
        let entries = conditions.map {
            Entry(kind: $0.kind.rawValue, alert: $0.situation, since: $0.since, site: site)
        }
        do { files.put(try JSONEncoder().encode(entries), file) } catch {
            complain("a camera's lasting conditions cannot be kept", file, error, camera)
        }
    }

    /// Cameras of which something lasted when the agent ended, in order.
    var camerasWithConditions: [CameraID] {
        names.filter { $0.hasSuffix(Self.conditionsSuffix) }
            .compactMap { CameraID(rawValue: String($0.dropLast(Self.conditionsSuffix.count))) }
    }

    /// Waits until what was to be kept is on the disk, but not longer than this; whether it is.
    @discardableResult
    func flush(within limit: Duration) -> Bool { files.flush(within: limit) }

    private struct Entry: Codable {
        var kind: String
        var alert: UInt64
        var since: Date
        var site: String?

        /// Nil for a kind of another version.
        var condition: OpenCondition? {
            SecurityKind(rawValue: kind).map { OpenCondition(kind: $0, situation: alert, since: since) }
        }
    }

    /// In order; none where there is no folder yet.
    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private func viewFile(_ camera: CameraID, _ view: CameraView) -> URL {
        folder.appendingPathComponent(
            "\(camera).\(view.light).\(view.size.width)x\(view.size.height)\(Self.viewSuffix)")
    }

    private func conditionsFile(_ camera: CameraID) -> URL {
        folder.appendingPathComponent("\(camera)\(Self.conditionsSuffix)")
    }

    private func complain(_ text: Logger.Message, _ file: URL, _ error: (any Error)?, _ camera: CameraID) {
        var metadata: Logger.Metadata = ["camera.id": "\(camera)", "file": "\(file.path)"]
        if let error { metadata["error"] = "\(error)" }
        logger.warning(text, metadata: metadata)
    }
}
