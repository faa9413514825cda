import BatchCodec
import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

@testable import CollectorWeb

@Suite struct DescriptionTests {
    private static let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Collector/CollectorWeb")

    @Test func everyRouteIsInTheDescriptionAndTheReverse() async throws {
        let harness = try WebHarness()
        let answer = try await harness.run { try await $0.get("/openapi.json") }
        let document = try #require(try JSONSerialization.jsonObject(with: answer.data) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let described = paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }
        #expect(Set(described) == Set(harness.site.routes.map { "\($0.method.rawValue) \($0.path)" }))
        for (path, methods) in paths {
            let names = Set(path.matches(of: /\{([a-z0-9]+)\}/).map { String($0.1) })
            for (method, value) in methods {
                let operation = try #require(value as? [String: Any])
                let parameters = operation["parameters"] as? [[String: Any]] ?? []
                let inPath = parameters.filter { $0["in"] as? String == "path" }.compactMap { $0["name"] as? String }
                #expect(Set(inPath) == names, "\(method) \(path)")
                #expect((operation["responses"] as? [String: Any])?.isEmpty == false, "\(method) \(path)")
            }
        }
    }

    @Test func routesAreRegisteredInOnePlace() throws {
        let files = try #require(
            FileManager.default.enumerator(at: Self.resources, includingPropertiesForKeys: nil))
        let places = files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .filter { (try? String(contentsOf: $0, encoding: .utf8))?.contains("router.on(") == true }
        #expect(places.map(\.lastPathComponent) == ["CollectorApplication.swift"])
    }

    @Test func bothLanguagesHaveEveryTextThatIsAskedFor() throws {
        let tables = try StringTables(directory: Self.resources.appendingPathComponent("Resources/Strings"))
        let vietnamese = tables[.vietnamese].table
        let english = tables[.english].table
        #expect(Set(vietnamese.keys) == Set(english.keys))
        for (key, text) in vietnamese {
            #expect(!text.isEmpty && english[key]?.isEmpty == false, "\(key)")
            #expect(
                text.components(separatedBy: "%@").count == english[key]?.components(separatedBy: "%@").count, "\(key)")
        }
        let asked = try keysInTemplates().union(keysInCode())
        #expect(asked.subtracting(vietnamese.keys).isEmpty)
        // Keys made at run time: classes, states and the like, by their prefix.
        let made = [
            "class_", "direction_", "alert_", "role_", "nav_", "error_", "severity_", "password_", "login_", "agents_",
            "film_",
        ]
        let unused = Set(vietnamese.keys).subtracting(asked).filter { key in !made.contains { key.hasPrefix($0) } }
        #expect(unused.isEmpty)
    }

    private func keysInTemplates() throws -> Set<String> {
        let directory = Self.resources.appendingPathComponent("Resources/Templates")
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        return try files.reduce(into: []) { keys, file in
            let text = try String(contentsOf: file, encoding: .utf8)
            keys.formUnion(text.matches(of: /\{\{[#^]?t\.([A-Za-z_]+)\}\}/).map { String($0.1) })
        }
    }

    private func keysInCode() throws -> Set<String> {
        let files = try #require(FileManager.default.enumerator(at: Self.resources, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.reduce(into: []) {
            keys, file in
            let text = try String(contentsOf: file, encoding: .utf8)
            keys.formUnion(text.matches(of: /(?:strings\(|title: |notice: )"([a-zA-Z_]+)"/).map { String($0.1) })
            keys.formUnion(text.matches(of: /return "([a-z]+_[a-z_]+)"/).map { String($0.1) })
        }
    }
}
