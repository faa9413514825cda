import Dispatch
import Foundation
import Logging
import Synchronization

/// Writes small files, each whole, on a queue of its own: a card that hangs holds up nobody. Of the states of a file that
/// wait only the last is written; one that cannot be written is tried again.
final class BackgroundFiles: Sendable {
    /// How long to wait before one that failed is tried again.
    static let patience = DispatchTimeInterval.seconds(30)

    private struct State {
        /// What is to be written; nil: to be removed.
        var waiting: [URL: Data?] = [:]
        var failed: Set<URL> = []
        var isRetryPlanned = false
    }

    private let folder: URL
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "ngatu.conditions.files", qos: .utility)
    private let logger = Logger(label: "ngatu.conditions")

    /// - Parameter folder: made when something is to be written.
    init(in folder: URL) { self.folder = folder }

    /// Writes a file of the folder, or removes it (nil). Returns at once.
    func put(_ data: Data?, _ file: URL) {
        state.withLock { _ = $0.waiting.updateValue(data, forKey: file) }
        queue.async { [self] in writeAll() }
    }

    /// Tries all that waits, but waits no longer than this; whether everything is written.
    func flush(within limit: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            writeAll()
            done.signal()
        }
        guard done.wait(timeout: .now() + limit / .seconds(1)) == .success else { return false }
        return state.withLock(\.waiting.isEmpty)
    }

    private func writeAll() {
        let files = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        for (file, data) in files {
            do {
                try write(data, file)
                state.withLock { _ = $0.failed.remove(file) }
            } catch { retryLater(file, data, error) }
        }
    }

    private func write(_ data: Data?, _ file: URL) throws {
        if let data {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try data.write(to: file, options: .atomic)
        } else if FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.removeItem(at: file)
        }
    }

    private func retryLater(_ file: URL, _ data: Data?, _ error: any Error) {
        let (isNews, isFirst) = state.withLock { state in
            // A newer state that came meanwhile wins.
            if !state.waiting.keys.contains(file) { state.waiting.updateValue(data, forKey: file) }
            defer { state.isRetryPlanned = true }
            return (state.failed.insert(file).inserted, !state.isRetryPlanned)
        }
        if isNews {
            logger.warning(
                "a file about a camera's condition cannot be written; it is tried again",
                metadata: ["file": "\(file.path)", "error": "\(error)"])
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.patience) { [weak self] in
            self?.state.withLock { $0.isRetryPlanned = false }
            self?.writeAll()
        }
    }
}
