import EventModel
import Foundation
import HTTPTypes

extension HTTPField.Name {
    /// `NgaTu-Captured-At`: when a still was taken.
    static let capturedAt = name("NgaTu-Captured-At")
    /// `NgaTu-Clock`: where that time comes from, `cameraReport` or `arrival`.
    static let captureClock = name("NgaTu-Clock")
    /// `NgaTu-Begin`: UTC of a video's first picture.
    static let videoBegin = name("NgaTu-Begin")
    /// `NgaTu-Duration`: seconds of a video.
    static let videoDuration = name("NgaTu-Duration")
    /// `NgaTu-Left-Out`: spans `begin/end` that are recorded in another format than the one that is served.
    static let leftOut = name("NgaTu-Left-Out")
    /// `Repr-Digest` (RFC 9530).
    static let representationDigest = name("Repr-Digest")
    /// `X-Accel-Buffering`: `no` makes nginx pass a stream on at once.
    static let accelBuffering = name("X-Accel-Buffering")

    // The names above are tokens, so the fallback never shows.
    private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .via }
}

/// Names under which browsers save what is sent.
enum FileName {
    /// `inline; filename="nga-tu-01_20261120T010000Z.mp4"`; camera ids are safe in it.
    static func inline(_ camera: CameraID, _ begin: Date, _ suffix: String) -> String {
        "inline; filename=\"\(camera)_\(APITime.fileName(begin)).\(suffix)\""
    }
}
