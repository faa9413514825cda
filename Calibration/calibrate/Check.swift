import ArgumentParser
import Foundation
import SiteCalibration

/// `calibrate check FILE…`: says everything that is wrong in site files.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks site files and prints one line a problem.",
        discussion: "A folder stands for every .json file below it. Exit codes: 0 sound, 64 usage, 65 some file is bad."
    )

    @Argument(help: "Site files, or folders of site files.")
    var paths: [String]

    func validate() throws {
        if paths.isEmpty { throw ValidationError("name a site file or a folder") }
    }

    func run() throws {
        var problemCount = 0
        for path in paths {
            let files = siteFiles(at: path)
            if files.isEmpty {
                write("\(path): no .json file in this folder")
                problemCount += 1
            }
            for file in files { problemCount += check(file) }
        }
        if problemCount > 0 { throw ExitCode(65) }
    }

    /// Prints what is wrong in a file, or one line that it is sound; returns the number of problems.
    private func check(_ file: String) -> Int {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
            write("\(file): cannot be read: \((error as NSError).localizedDescription)")
            return 1
        }
        do {
            let site = try SiteFile(json: data, file: file)
            write("\(file): ok, camera \(site.camera), \(site.lines.count) lines, \(site.zones.count) zones")
            return 0
        } catch {
            write(error.description)
            return error.problems.count
        }
    }

    /// The path itself, or every `.json` file below a folder, in alphabetical order.
    private func siteFiles(at path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { path + "/" + $0 }
    }
}
