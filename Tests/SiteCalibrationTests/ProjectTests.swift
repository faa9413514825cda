import EventModel
import Foundation
import SiteCalibration
import Testing

/// The package's root: three folders above this file.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Where the site files of the project are.
let sitesFolder = root.appending(path: "Calibration/Sites")

/// Every file below a folder whose name ends so.
private func files(in folder: URL, ending: String) -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.compactMap { $0 as? URL } ?? []).filter { $0.lastPathComponent.hasSuffix(ending) }
}

@Suite struct ProjectTests {
    @Test func everySiteFileOfTheProjectIsSound() throws {
        let sites = files(in: sitesFolder, ending: ".json")
        #expect(!sites.isEmpty)
        for url in sites {
            let site = try SiteFile(json: Data(contentsOf: url), file: url.lastPathComponent)
            #expect(site.camera.rawValue + ".json" == url.lastPathComponent, "a site file is named after its camera")
            _ = try site.resolve(for: site.frame ?? FrameSize(width: 1920, height: 1080))
        }
    }

    /// Pure modules decide; they see no clock, log, file, socket or C. This is what they may import.
    static let pureModules: [(folder: String, allowed: Set<String>)] = [
        ("Edge/EdgeTracking", ["EdgeCore", "EventModel"]),
        ("Edge/EdgeRules", ["EdgeCore", "EventModel", "SiteCalibration", "Foundation"]),
        ("Calibration/SiteCalibration", ["EventModel", "Foundation"]),
        ("Collector/CollectorDomain", ["EventModel", "Foundation"]),
    ]

    @Test(arguments: pureModules.indices)
    func pureModulesImportNothingThatActs(row: Int) throws {
        let (folder, allowed) = Self.pureModules[row]
        for url in files(in: root.appending(path: folder), ending: ".swift") {
            let text = try String(contentsOf: url, encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("import ") && !line.contains("//") {
                let words = line.split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), keyword <= 2, words.count > keyword + 1 else {
                    continue
                }
                #expect(allowed.contains(String(words[keyword + 1])), "\(folder)/\(url.lastPathComponent): \(line)")
            }
        }
    }

    /// Foundation is allowed for dates and data; these of its names reach out of the process.
    static let impureNames = [
        "Date()", "Date.now", ".now", "FileManager", "FileHandle", "URLSession", "ProcessInfo", " print(",
        "Data(contentsOf", "UUID()", "SystemRandomNumberGenerator", "getenv", "Task {", "Thread",
    ]

    @Test(arguments: pureModules.indices)
    func pureModulesReachForNothingOutside(row: Int) throws {
        let (folder, _) = Self.pureModules[row]
        for url in files(in: root.appending(path: folder), ending: ".swift") {
            let text = try String(contentsOf: url, encoding: .utf8)
            let code = text.split(separator: "\n").filter { !$0.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") }
            for name in Self.impureNames {
                #expect(!code.contains { $0.contains(name) }, "\(folder)/\(url.lastPathComponent) uses \(name)")
            }
        }
    }
}
