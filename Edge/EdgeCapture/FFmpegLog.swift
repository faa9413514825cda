import CFFmpeg
import Logging

/// Where FFmpeg's own warnings go: to swift-log at debug, without user names and passwords.
enum FFmpegLog {
    private static let logger = Logger(label: "ngatu.ffmpeg")

    private static let installation: Void = cff_log_install { level, line in
        guard let line else { return }
        FFmpegLog.logger.debug(
            "ffmpeg says", metadata: ["line": "\(FFmpegLog.redact(String(cString: line)))", "level": "\(level)"])
    }

    /// Installs the log once; later calls cost nothing.
    static func install() { installation }

    /// Replaces what stands between `://` and the last `@` of each word.
    static func redact(_ line: String) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map(redactWord).joined(separator: " ")
    }

    private static func redactWord(_ word: Substring) -> String {
        guard let at = word.lastIndex(of: "@"), let mark = word.firstRange(of: "://"), mark.upperBound <= at else {
            return String(word)
        }
        return word[..<mark.upperBound] + "***" + word[at...]
    }
}
