import Foundation

/// One line on standard output.
func write(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// One line on standard error.
func writeError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// Ends the process; named so that commands do not import the C library for one word.
func exitProcess(_ code: Int32) -> Never {
    exit(code)
}
