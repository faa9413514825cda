import Foundation

/// Why something could not be recorded, found or cut.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    public enum Kind: String, Hashable, Sendable {
        /// Wait: recording goes on by itself when retention or a person has made room.
        case fullDisk
        /// The disk refuses: check it, its rights and its mount.
        case storage
        /// This stream cannot be put into MP4: choose H.264, H.265 or MJPEG in the camera.
        case unsupported
        /// A file or the index is broken: run the repair.
        case damaged
        /// Nothing of that time is kept.
        case notRecorded
    }

    /// What the caller can do.
    public var kind: Kind
    /// What failed and where, for an operator.
    public var detail: String

    /// Makes an error.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// One line for an operator.
    public var description: String { "\(kind.rawValue): \(detail)" }
}

extension RecordingError {
    /// An error of a system call, by its number.
    static func system(_ operation: String, _ path: String, _ number: Int32 = errno) -> RecordingError {
        let isFull = number == ENOSPC || number == EDQUOT
        return RecordingError(
            isFull ? .fullDisk : .storage, "\(operation) \(path): \(String(cString: strerror(number)))")
    }
}
