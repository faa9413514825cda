import CFFmpeg
import Glibc

extension CaptureError {
    /// Says in plain words what a status of libavformat means for this source.
    init(source: CaptureSource, isCancelled: Bool, operation: String, status: Int32) {
        let (kind, reason) =
            isCancelled
            ? (Kind.cancelled, "the reader was told to stop")
            : Self.meaning(of: status, source: source, operation: operation)
        self.init(
            kind: kind, camera: source.camera, operation: operation, reason: "\(source.locator): \(reason)",
            ffmpegStatus: status)
    }

    private static func meaning(of status: Int32, source: CaptureSource, operation: String) -> (Kind, String) {
        switch status {
        case CFF_ERROR_UNAUTHORIZED:
            (.unauthorized, "the camera refuses the user name or password; correct them in the configuration")
        case CFF_ERROR_FORBIDDEN:
            (.unauthorized, "the camera knows the user but forbids this stream; give the user the right to view it")
        case CFF_ERROR_NOT_FOUND:
            (.unsupported, "the camera has no stream of this name; check the path of the address")
        case CFF_ERROR_STREAM_NOT_FOUND:
            (.unsupported, "there is no video in it")
        case CFF_ERROR_DECODER_NOT_FOUND, CFF_ERROR_PROTOCOL_NOT_FOUND, CFF_ERROR_PATCH_WELCOME:
            (.unsupported, "it is coded in a way this machine cannot decode; use H.264, H.265 or MJPEG")
        case CFF_ERROR_OTHER_4XX:
            (.unsupported, "the camera refuses the request; try the other transport (tcp or udp), check the address")
        default:
            source.locator.isLive ? liveMeaning(status, source, operation) : fileMeaning(status, operation)
        }
    }

    private static func liveMeaning(_ status: Int32, _ source: CaptureSource, _ operation: String) -> (Kind, String) {
        switch status {
        case CFF_ERROR_EXIT, cff_error(ETIMEDOUT), cff_error(EAGAIN):
            operation == "read"
                ? (.stalled, "no picture data for \(source.stallTimeout); the camera or the network hangs")
                : (.unreachable, "no answer within \(source.connectTimeout); check power, cable and address")
        case CFF_ERROR_EOF where operation == "read":
            (.stalled, "the camera ended the stream")
        case CFF_ERROR_INVALID_DATA where operation == "open":
            // libavformat says this as well when the peer hangs up or stays mute during the first request.
            (.unreachable, "something takes the connection but does not answer as a camera; check address and port")
        case CFF_ERROR_INVALID_DATA:
            (.malformed, "the stream is damaged")
        default:
            (operation == "read" ? .stalled : .unreachable, ffmpegMessage(status))
        }
    }

    private static func fileMeaning(_ status: Int32, _ operation: String) -> (Kind, String) {
        switch status {
        case CFF_ERROR_EXIT: (.stalled, "reading took too long; the disk or network share hangs")
        case CFF_ERROR_INVALID_DATA, CFF_ERROR_EOF:
            (.unsupported, "this is not a video, or it is damaged beyond reading")
        default: (operation == "read" ? .malformed : .unsupported, ffmpegMessage(status))
        }
    }
}

/// FFmpeg's own words for a status.
func ffmpegMessage(_ status: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        guard let text = buffer.baseAddress, av_strerror(status, text, 128) == 0 else { return "status \(status)" }
        return String(cString: text)
    }
}
