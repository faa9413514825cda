import CVision
import EdgeCore

/// Owns one handle of the shim.
final class MotionModel {
    private let handle: OpaquePointer

    init(configuration: MotionConfiguration) throws(VisionError) {
        var settings = configuration.settings
        var made: OpaquePointer?
        try VisionError.check("motion create") { ocv_motion_create(&settings, &made, $0, $1) }
        guard let made else {
            throw VisionError(kind: .internalFault, operation: "motion create", message: "no handle was made")
        }
        handle = made
    }

    deinit { ocv_motion_destroy(handle) }

    /// Sets polygons given as shares of the picture.
    func setMask(points: [Double], counts: [Int32]) throws(VisionError) {
        try VisionError.check("motion mask") {
            ocv_motion_mask_set(handle, points, counts, Int32(counts.count), $0, $1)
        }
    }

    /// Judges a luma plane, `seconds` after the one before. Regions are in working pixels, biggest first.
    func update(
        with plane: PixelPlane, seconds: Double, regions: UnsafeMutableBufferPointer<ocv_motion_region>
    ) throws(VisionError) -> ocv_motion_result {
        var result = ocv_motion_result()
        try VisionError.check("motion update") {
            ocv_motion_update(
                handle, plane.baseAddress, plane.bytesPerRow, Int32(clamping: plane.width),
                Int32(clamping: plane.height), seconds, regions.baseAddress, Int32(clamping: regions.count), &result,
                $0, $1)
        }
        return result
    }

    /// A plane of working pixels: 0 picture, 1 background, 2 threshold, 3 foreground. For tests and debugging.
    func plane(_ which: Int32, byteCount: Int) throws(VisionError) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: byteCount)
        try VisionError.check("motion plane") { message, capacity in
            pixels.withUnsafeMutableBufferPointer {
                ocv_motion_plane_copy(handle, which, $0.baseAddress, $0.count, message, capacity)
            }
        }
        return pixels
    }
}
