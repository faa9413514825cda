import CVision
import EdgeCore
import EventModel

/// Owns one meter of the shim.
final class PictureModel {
    private let handle: OpaquePointer

    init() throws(VisionError) {
        var made: OpaquePointer?
        try VisionError.check("picture create") { ocv_picture_create(&made, $0, $1) }
        guard let made else {
            throw VisionError(kind: .internalFault, operation: "picture create", message: "no handle was made")
        }
        handle = made
    }

    deinit { ocv_picture_destroy(handle) }

    /// Sets polygons given as shares of the picture.
    func setMask(points: [Double], counts: [Int32]) throws(VisionError) {
        try VisionError.check("picture mask") {
            ocv_picture_mask_set(handle, points, counts, Int32(counts.count), $0, $1)
        }
    }

    func look(at image: PixelBuffer) throws(VisionError) -> ocv_picture_reading {
        let plane = image.luma
        var reading = ocv_picture_reading()
        try VisionError.check("picture look") {
            ocv_picture_look(
                handle, plane.baseAddress, plane.bytesPerRow, Int32(clamping: plane.width),
                Int32(clamping: plane.height), image.isFullRange ? 1 : 0, &reading, $0, $1)
        }
        return reading
    }

    func learn() throws(VisionError) {
        try VisionError.check("picture learn") { ocv_picture_learn(handle, $0, $1) }
    }

    func gather(isFirst: Bool) throws(VisionError) {
        try VisionError.check("picture gather") { ocv_picture_gather(handle, isFirst ? 1 : 0, $0, $1) }
    }

    /// The mean of the gathered pictures, and the sharpness of each cell.
    func gathered(_ size: FrameSize) throws(VisionError) -> (pixels: [UInt8], sharpness: [Float]) {
        var pixels = [UInt8](repeating: 0, count: size.width * size.height)
        var sharpness = [Float](repeating: 0, count: Int(OCV_PICTURE_CELLS))
        try VisionError.check("picture copy") { message, capacity in
            ocv_picture_gathered_copy(handle, &pixels, pixels.count, &sharpness, message, capacity)
        }
        return (pixels, sharpness)
    }

    /// Compares the newest picture with a view.
    func match(_ view: ViewModel, isWide: Bool) throws(VisionError) -> ocv_view_match {
        var match = ocv_view_match()
        try VisionError.check("view match") {
            ocv_view_match_picture(view.handle, handle, isWide ? 1 : 0, &match, $0, $1)
        }
        return match
    }
}

/// Owns one view of the shim.
final class ViewModel {
    fileprivate let handle: OpaquePointer

    init(pixels: [UInt8], sharpness: [Float], size: FrameSize) throws(VisionError) {
        guard pixels.count == size.width * size.height, sharpness.count == Int(OCV_PICTURE_CELLS) else {
            throw VisionError(kind: .badInput, operation: "view create", message: "pixels do not fit the size")
        }
        var made: OpaquePointer?
        try VisionError.check("view create") {
            ocv_view_create(
                pixels, Int32(clamping: size.width), Int32(clamping: size.height), sharpness, &made, $0, $1)
        }
        guard let made else {
            throw VisionError(kind: .internalFault, operation: "view create", message: "no handle was made")
        }
        handle = made
    }

    convenience init(_ view: CameraView) throws(VisionError) {
        try self.init(pixels: view.pixels, sharpness: view.sharpness, size: view.size)
    }

    deinit { ocv_view_destroy(handle) }
}
