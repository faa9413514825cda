import EdgeCore
import EdgeRecording
import Foundation

/// Writes stills into a folder, named by their SHA-256.
struct StillFolder {
    private let folder: URL
    private let encoder = StillEncoder()
    private var newest: (frame: Int, name: String)?

    /// Makes the folder where it is missing.
    init(_ folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Writes the still of a frame once, however often it is asked for; returns its name.
    mutating func still(of frame: Frame) throws -> String {
        if let newest, newest.frame == frame.index { return newest.name }
        let still = try encoder.encode(frame.image)
        try still.jpeg.write(to: folder.appendingPathComponent(still.name), options: .atomic)
        newest = (frame.index, still.name)
        return still.name
    }
}
