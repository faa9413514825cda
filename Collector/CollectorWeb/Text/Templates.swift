import Foundation
import Mustache

/// The page templates of `Resources/Templates`. Every value they print is escaped for HTML.
struct Templates: Sendable {
    private let library: MustacheLibrary

    init(directory: URL) throws {
        var library = MustacheLibrary()
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        for file in files where file.pathExtension == "mustache" {
            let text = try String(contentsOf: file, encoding: .utf8)
            try library.register(text, named: file.deletingPathExtension().lastPathComponent)
        }
        self.library = library
    }

    /// Renders a template.
    ///
    /// - Throws: ``WebError`` `failed` when there is no such template, which is a mistake of ours.
    func render(_ name: String, _ view: Any) throws -> String {
        guard let text = library.render(view, withTemplate: name) else {
            throw WebError(.failed, "the collector made a mistake; its log says more")
        }
        return text
    }
}
