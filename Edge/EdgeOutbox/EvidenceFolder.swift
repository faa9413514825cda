import BatchCodec
import Foundation

/// Where evidence waits. A protocol, so that tests can make the disk fail.
protocol EvidenceStorage: Sendable {
    /// Writes a file so that it is whole or absent after a power cut.
    func write(_ file: EvidenceFile) throws
    /// Removes a file; a missing one is fine.
    func remove(_ name: String)
    /// At most `count` bytes from `offset`; fewer at the end.
    func read(_ name: String, from offset: Int, count: Int) throws -> Data
    /// The names and sizes of whole files; parts of broken writes are removed on the way.
    func list() throws -> [(name: String, byteCount: Int)]
}

/// `<spool>/evidence/<sha256>`.
struct EvidenceFolder: EvidenceStorage {
    let path: String

    func write(_ file: EvidenceFile) throws {
        let target = path + "/" + file.sha256.hexadecimal
        guard !FileManager.default.fileExists(atPath: target) else { return }
        try DurableFile.write(file.content, to: target)
    }

    func remove(_ name: String) { unlink(path + "/" + name) }

    func read(_ name: String, from offset: Int, count: Int) throws -> Data {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path + "/" + name))
        defer { try? file.close() }  // opened for reading: nothing can be lost
        try file.seek(toOffset: UInt64(offset))
        return try file.read(upToCount: count) ?? Data()
    }

    func list() throws -> [(name: String, byteCount: Int)] {
        try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
            guard name.utf8.count == 64, Data(hexadecimal: name) != nil else {
                if name.hasSuffix(".part") { remove(name) }
                return nil
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            return (name, (attributes[.size] as? NSNumber)?.intValue ?? 0)
        }
    }
}
