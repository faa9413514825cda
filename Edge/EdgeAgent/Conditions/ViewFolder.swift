import EdgeCore
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import Logging

/// What an agent remembers of its cameras' condition over a restart: their views, and the conditions that last.
///
/// Files `ID.0.pgm` … `ID.3.pgm` (one for each kind of light; any viewer shows them) and `ID.conditions.json`. Each is
/// written aside and renamed. What cannot be read is left out, with a word in the log, and replaced in time.
struct ViewFolder: Sendable {
    /// Where it is.
    let folder: URL
    private let logger = Logger(label: "ngatu.conditions")

    /// A folder that is made when something is to be kept.
    init(_ folder: URL) { self.folder = folder }

    /// The views of a camera that were taken under this geometry. Those of another are left aside: they are replaced.
    func views(of camera: CameraID, site: String) -> [CameraView] {
        (0..<CameraView.lightCount).compactMap { light in
            let file = viewFile(camera, light)
            guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
            guard let view = CameraView(pgm: data), view.light == light else {
                complain("a camera's view is broken and will be taken anew", file, nil, camera)
                return nil
            }
            return view.site == site ? view : nil
        }
    }

    /// Keeps a view in place of the one of the same light.
    func keep(_ view: CameraView, of camera: CameraID) { write(view.pgm, viewFile(camera, view.light), camera) }

    /// What lasted when the agent ended.
    func conditions(of camera: CameraID) -> [OpenCondition] {
        let file = conditionsFile(camera)
        guard let data = FileManager.default.contents(atPath: file.path) else { return [] }
        do { return try JSONDecoder().decode([Entry].self, from: data).compactMap(\.condition) } catch {
            complain("a camera's lasting conditions cannot be read", file, error, camera)
            return []
        }
    }

    /// Keeps what lasts now.
    func keep(_ conditions: [OpenCondition], of camera: CameraID) {
        let entries = conditions.map { Entry(kind: $0.kind.rawValue, alert: $0.situation, since: $0.since) }
        do { write(try JSONEncoder().encode(entries), conditionsFile(camera), camera) } catch {
            complain("a camera's lasting conditions cannot be kept", conditionsFile(camera), error, camera)
        }
    }

    private struct Entry: Codable {
        var kind: String
        var alert: UInt64
        var since: Date

        /// Nil for a kind of another version.
        var condition: OpenCondition? {
            SecurityKind(rawValue: kind).map { OpenCondition(kind: $0, situation: alert, since: since) }
        }
    }

    private func viewFile(_ camera: CameraID, _ light: Int) -> URL {
        folder.appendingPathComponent("\(camera).\(light).pgm")
    }

    private func conditionsFile(_ camera: CameraID) -> URL {
        folder.appendingPathComponent("\(camera).conditions.json")
    }

    private func write(_ data: Data, _ file: URL, _ camera: CameraID) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try data.write(to: file, options: .atomic)
        } catch {
            complain("a file about a camera's condition cannot be written", file, error, camera)
        }
    }

    private func complain(_ text: Logger.Message, _ file: URL, _ error: (any Error)?, _ camera: CameraID) {
        var metadata: Logger.Metadata = ["camera.id": "\(camera)", "file": "\(file.path)"]
        if let error { metadata["error"] = "\(error)" }
        logger.warning(text, metadata: metadata)
    }
}
