import EdgeCore
import EdgeVision
import EventModel
import Foundation
import Glibc

/// What the motion step costs, as processor time of the thread that runs it.
struct MotionBench {
    /// Pixels across and down, 8-bit luma without padding.
    var size = FrameSize(width: 1920, height: 1080)
    /// Frames a second of the recording.
    var framesPerSecond = 25.0

    struct Result {
        var frameCount = 0
        var meanMilliseconds = 0.0
        var medianMilliseconds = 0.0
        var detectionsPerFrame = 0.0
    }

    /// Runs a detector over raw luma frames, read one after another into the same memory, as a decoder leaves them.
    ///
    /// Make the file with `ffmpeg -i CLIP -vf SCALE -pix_fmt gray -f rawvideo FILE`. The first frame, which makes the
    /// buffers, is left out.
    func run(rawLuma file: FileHandle, camera: CameraID) throws -> Result {
        var detector = try MotionDetector()
        var milliseconds: [Double] = []
        var detectionCount = 0
        let picture = Picture(size: size)
        while picture.read(from: file) {
            let frame = makeFrame(picture, index: milliseconds.count, camera: camera)
            let start = threadMilliseconds()
            try detector.update(with: frame)
            milliseconds.append(threadMilliseconds() - start)
            detectionCount += detector.detections.count
        }
        return summary(milliseconds.dropFirst(), detectionCount: detectionCount)
    }

    private func makeFrame(_ picture: Picture, index: Int, camera: CameraID) -> Frame {
        let plane = PixelPlane(
            baseAddress: picture.pixels, bytesPerRow: size.width, width: size.width, height: size.height)
        let image = PixelBuffer(
            size: size, format: .gray, isFullRange: false, luma: plane, chroma: nil, owner: picture)
        let seconds = Double(index) / framesPerSecond
        let time = FrameTime(
            presentation: .seconds(seconds), capturedAt: Date(timeIntervalSince1970: seconds), clock: .arrival)
        return Frame(camera: camera, session: 1, index: index, time: time, image: image)
    }

    private func summary(_ milliseconds: ArraySlice<Double>, detectionCount: Int) -> Result {
        guard !milliseconds.isEmpty else { return Result() }
        let sorted = milliseconds.sorted()
        return Result(
            frameCount: sorted.count, meanMilliseconds: sorted.reduce(0, +) / Double(sorted.count),
            medianMilliseconds: sorted[sorted.count / 2],
            detectionsPerFrame: Double(detectionCount) / Double(sorted.count))
    }

    private func threadMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}

/// Memory of one picture, filled again and again.
private final class Picture {
    let pixels: UnsafeMutablePointer<UInt8>
    private let byteCount: Int

    init(size: FrameSize) {
        byteCount = size.width * size.height
        pixels = .allocate(capacity: byteCount)
        pixels.initialize(repeating: 0, count: byteCount)
    }

    deinit { pixels.deallocate() }

    /// False at the end of the file, or when only part of a picture is left.
    func read(from file: FileHandle) -> Bool {
        var filled = 0
        while filled < byteCount {
            let count = Glibc.read(file.fileDescriptor, pixels + filled, byteCount - filled)
            guard count > 0 else { return false }
            filled += count
        }
        return true
    }
}
