import Foundation

/// Runs a program of the machine for a test, such as ffmpeg.
public enum TestProgram {
    /// What the program complained of.
    public struct Failure: Error {
        /// The program's name and its words.
        public var message: String

        /// Makes a failure.
        public init(message: String) { self.message = message }
    }

    /// Whether a program of `/usr/bin` is installed.
    public static func isInstalled(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/" + program)
    }

    /// Runs a program of `/usr/bin` that must not complain.
    ///
    /// - Returns: its standard output.
    /// - Throws: ``Failure`` where it ends with an error or writes to standard error.
    @discardableResult
    public static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/" + program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, complaint.isEmpty else {
            throw Failure(message: "\(program): \(String(decoding: complaint, as: UTF8.self))")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
