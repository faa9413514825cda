import Crypto
import EdgeCore
import EdgeRecording
import EventModel
import Foundation
import Testing

@Suite struct StillEncoderTests {
    /// A picture of 8-bit samples in memory of its own.
    private final class Memory {
        let samples: UnsafeMutableBufferPointer<UInt8>
        init(_ count: Int) { samples = .allocate(capacity: count) }
        deinit { samples.deallocate() }
    }

    /// A horizontal ramp of luma from `low` to `high`, chroma neutral.
    private func makeRamp(
        _ width: Int, _ height: Int, _ format: PixelFormat = .yuv420, low: Int, high: Int, isFullRange: Bool
    ) -> PixelBuffer {
        let halvesWidth = format == .yuv420 || format == .yuv422
        let chromaWidth = halvesWidth ? (width + 1) / 2 : width
        let chromaHeight = format == .yuv420 ? (height + 1) / 2 : height
        let memory = Memory(width * height + 2 * chromaWidth * chromaHeight)
        memory.samples.update(repeating: 128)
        guard let base = memory.samples.baseAddress else { preconditionFailure("a picture has samples") }
        for y in 0..<height {
            for x in 0..<width { base[y * width + x] = UInt8(low + (high - low) * x / max(1, width - 1)) }
        }
        let blue = PixelPlane(
            baseAddress: base + width * height, bytesPerRow: chromaWidth, width: chromaWidth, height: chromaHeight)
        let red = PixelPlane(
            baseAddress: blue.baseAddress + chromaWidth * chromaHeight, bytesPerRow: chromaWidth, width: chromaWidth,
            height: chromaHeight)
        return PixelBuffer(
            size: FrameSize(width: width, height: height), format: format, isFullRange: isFullRange,
            luma: PixelPlane(baseAddress: base, bytesPerRow: width, width: width, height: height),
            chroma: format == .gray ? nil : (blue, red), owner: memory)
    }

    @Test(arguments: [PixelFormat.yuv420, .yuv422, .yuv444, .gray])
    func fullRangeSurvives(format: PixelFormat) throws {
        let image = makeRamp(256, 32, format, low: 0, high: 255, isFullRange: true)
        let decoded = try decode(try StillEncoder().encode(image).jpeg)
        for x in stride(from: 8, to: 250, by: 16) { #expect(abs(decoded.luma(x, 16) - x) <= 3) }
    }

    @Test func limitedRangeIsStretchedToWhatJPEGHolds() throws {
        let image = makeRamp(220, 32, low: 16, high: 235, isFullRange: false)
        let decoded = try decode(try StillEncoder().encode(image).jpeg)
        #expect(decoded.luma(2, 16) <= 6)
        #expect(decoded.luma(217, 16) >= 249)
        var error = 0.0
        for x in 0..<220 { error += abs(Double(decoded.luma(x, 16)) - Double(x) * 255 / 219) }
        #expect(error / 220 < 2)
    }

    @Test(arguments: [(1, 1), (1, 9), (17, 3), (161, 91), (641, 359)])
    func oddSizesWork(width: Int, height: Int) throws {
        let encoder = StillEncoder()
        let image = makeRamp(width, height, low: 120, high: 120, isFullRange: true)
        for _ in 0..<2 {
            let decoded = try decode(try encoder.encode(image).jpeg)
            #expect(decoded.width == width && decoded.height == height)
            #expect(abs(decoded.luma(width - 1, height - 1) - 120) <= 3)
        }
    }

    @Test func theNameIsTheHashOfTheFile() throws {
        let image = makeRamp(64, 48, low: 0, high: 255, isFullRange: true)
        let still = try StillEncoder().encode(image)
        #expect(still.sha256 == Data(SHA256.hash(data: still.jpeg)))
        #expect(still.name.count == 64)
        #expect(still.size == FrameSize(width: 64, height: 48))
        #expect(try StillEncoder().encode(image) == still)
    }

    @Test func oneEncoderServesChangingSizesAndQualityCostsBytes() throws {
        let encoder = StillEncoder(quality: 95)
        let large = makeRamp(320, 240, low: 0, high: 255, isFullRange: false)
        let small = makeRamp(64, 48, low: 0, high: 255, isFullRange: true)
        let first = try encoder.encode(large)
        #expect(try encoder.encode(small).size.width == 64)
        #expect(try encoder.encode(large) == first)
        #expect(try StillEncoder(quality: 20).encode(large).jpeg.count < first.jpeg.count)
    }

    @Test func aPictureBeyondJPEGIsAnErrorNotATrap() {
        let image = makeRamp(70_000, 1, low: 0, high: 255, isFullRange: true)
        let error = #expect(throws: StillError.self) { try StillEncoder().encode(image) }
        #expect(error?.size.width == 70_000)
    }
}
