public import EventModel

/// Why pictures of a camera or a file could not be had.
public struct CaptureError: Error, Hashable, Sendable {
    /// What the caller can do.
    public enum Kind: String, Sendable {
        /// Nothing answers there: retry with back-off.
        case unreachable
        /// It answered once and then fell silent: retry with back-off.
        case stalled
        /// It wants another user name or password: tell the operator.
        case unauthorized
        /// It can be reached but does not deliver what we can decode: tell the operator.
        case unsupported
        /// The data is damaged: drop it and count it; a file ends here.
        case malformed
        /// The reader was cancelled by its owner.
        case cancelled
    }

    /// What the caller can do.
    public var kind: Kind
    /// Which camera.
    public var camera: CameraID
    /// What was being done: `open`, `probe`, `read` or `decode`.
    public var operation: String
    /// What happened and what to do about it, in plain words; holds neither user name nor password.
    public var reason: String
    /// FFmpeg's own status, where one was returned.
    public var ffmpegStatus: Int32?

    /// Makes an error.
    public init(kind: Kind, camera: CameraID, operation: String, reason: String, ffmpegStatus: Int32? = nil) {
        self.kind = kind
        self.camera = camera
        self.operation = operation
        self.reason = reason
        self.ffmpegStatus = ffmpegStatus
    }
}

extension CaptureError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String { "camera \(camera): \(operation): \(kind.rawValue): \(reason)" }
}
