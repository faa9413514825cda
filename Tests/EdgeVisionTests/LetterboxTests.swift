import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@testable import EdgeVision

/// What a network sees: the right colour at the right place and level.
@Suite struct LetterboxTests {
    /// A colour as it is stored, and as it is: blue, green, red.
    private struct Colour {
        var luma: UInt8, blue: UInt8, red: UInt8

        /// BT.601, from its definition.
        func levels(isFullRange: Bool, isGrey: Bool) -> [Double] {
            let y = isFullRange ? Double(luma) : (Double(luma) - 16) * 255 / 219
            let gain = isGrey ? 0 : isFullRange ? 1 : 255.0 / 224
            let u = (Double(blue) - 128) * gain, v = (Double(red) - 128) * gain
            return [y + 1.772 * u, y - 0.344136 * u - 0.714136 * v, y + 1.402 * v].map { min(max($0, 0), 255) }
        }
    }

    private static let left = Colour(luma: 120, blue: 90, red: 190)
    private static let right = Colour(luma: 170, blue: 150, red: 80)

    private func makeNetwork(_ width: Int = 64, _ height: Int = 64, _ change: (inout NetworkInput) -> Void = { _ in })
        throws -> Network
    {
        var input = NetworkInput(size: FrameSize(width: width, height: height), scale: 1)
        change(&input)
        return try Network(weights: TinyNetwork.answering([1], shape: [1, 1]).file(), input: input)
    }

    /// The three channels of the input at a place.
    private func samples(_ network: Network, _ x: Int, _ y: Int) throws -> [Double] {
        let (width, height) = (network.input.size.width, network.input.size.height)
        let all = try network.inputSamples()
        return (0..<3).map { Double(all[($0 * height + y) * width + x]) }
    }

    private func isNear(_ left: [Double], _ right: [Double], _ tolerance: Double = 1) -> Bool {
        zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
    }

    private func whole(_ image: PixelBuffer) -> BoundingBox {
        BoundingBox(x: 0, y: 0, width: Double(image.size.width), height: Double(image.size.height))
    }

    private static let kinds: [(PixelFormat, Bool)] = [
        (.yuv420, true), (.yuv420, false), (.yuv422, true), (.yuv422, false), (.yuv444, true), (.yuv444, false),
        (.gray, true), (.gray, false),
    ]

    @Test(arguments: kinds.indices)
    func eachColourLandsInItsChannelPlaceAndLevel(row: Int) throws {
        let (format, isFullRange) = Self.kinds[row]
        let picture = PlanarPicture(128, 64, format, isFullRange: isFullRange) { x, _ in
            let colour = x < 64 ? Self.left : Self.right
            return (colour.luma, colour.blue, colour.red)
        }
        let network = try makeNetwork()
        let image = picture.pixels()
        let fit = try network.run(on: image, part: whole(image))
        #expect(fit == InputFit(origin: Point(x: 0, y: 0), scale: 0.5, offset: Point(x: 0, y: 16)))
        let isGrey = format == .gray
        for (x, colour) in [(8, Self.left), (55, Self.right)] {
            for y in [17, 32, 46] {
                let seen = try samples(network, x, y)
                #expect(isNear(seen, colour.levels(isFullRange: isFullRange, isGrey: isGrey)), "\(x), \(y): \(seen)")
            }
            for y in [0, 15, 48, 63] { #expect(try samples(network, x, y) == [114, 114, 114]) }
        }
    }

    @Test func blackAndWhiteOfTheLimitedRangeAreBlackAndWhite() throws {
        let picture = PlanarPicture(64, 64, .gray, isFullRange: false) { x, _ in (x < 32 ? 16 : 235, 128, 128) }
        let network = try makeNetwork()
        try network.run(on: picture.pixels(), part: whole(picture.pixels()))
        #expect(isNear(try samples(network, 10, 10), [0, 0, 0], 0.01))
        #expect(isNear(try samples(network, 50, 10), [255, 255, 255], 0.01))
    }

    /// ITU-R BT.709: Y′ = 0.2126 R′ + 0.7152 G′ + 0.0722 B′; pure red is 63, 102, 240 of the limited range.
    @Test func manyRowsMeanTheColoursOfHighDefinition() throws {
        let picture = PlanarPicture(64, 640, .yuv444, isFullRange: false) { _, _ in (63, 102, 240) }
        let network = try makeNetwork()
        try network.run(on: picture.pixels(), part: BoundingBox(x: 0, y: 100, width: 64, height: 64))
        #expect(isNear(try samples(network, 32, 32), [0, 0, 255], 2.5))
    }

    @Test func orderMeanAndScaleAreThoseOfTheNetwork() throws {
        let picture = PlanarPicture(128, 64, .yuv444) { _, _ in (Self.left.luma, Self.left.blue, Self.left.red) }
        let levels = Self.left.levels(isFullRange: true, isGrey: false)
        let mean: [Float] = [10, 20, 30]
        for isRGB in [false, true] {
            let network = try makeNetwork {
                $0.isRGB = isRGB
                $0.mean = mean
                $0.scale = 0.5
                $0.bars = 100
            }
            try network.run(on: picture.pixels(), part: whole(picture.pixels()))
            let expected = zip(isRGB ? levels.reversed() : levels, mean).map { ($0 - Double($1)) / 2 }
            #expect(isNear(try samples(network, 32, 32), expected), "RGB: \(isRGB)")
            #expect(isNear(try samples(network, 32, 2), [45, 40, 35], 0.001), "bars, RGB: \(isRGB)")
        }
    }

    /// Luma rises and Cb falls by one level a pixel: a sample tells where it came from.
    @Test(arguments: [
        (60.0, 20.0, 40.0, 40.0), (61, 21, 39, 41), (60.6, 20.2, 40.7, 40.1), (63, 31, 17, 9), (90, 1, 65, 33),
    ])
    func aPartAnywhereLiesWhereTheFitSays(x: Double, y: Double, width: Double, height: Double) throws {
        let picture = PlanarPicture(201, 75, .yuv420) { x, _ in (UInt8(x), UInt8(255 - x), 128) }
        let network = try makeNetwork()
        let fit = try network.run(on: picture.pixels(), part: BoundingBox(x: x, y: y, width: width, height: height))
        #expect(fit.origin.x.truncatingRemainder(dividingBy: 2) == 0 && fit.origin.y <= y && fit.origin.y > y - 2)
        for column in [20, 32, 44] {
            let expected = (Double(column) + 0.5 - fit.offset.x) / fit.scale + fit.origin.x - 0.5
            let seen = try samples(network, column, 32)
            #expect(abs(seen[2] - expected) <= 1, "red is luma alone: \(seen[2]) for \(expected)")
            let blue = 127 - (seen[0] - seen[2]) / 1.772
            #expect(abs(blue - expected) <= 2, "the chroma plane lies beside luma: \(blue) for \(expected)")
        }
    }

    @Test func barsOfOneShapeDoNotStayForTheNext() throws {
        let network = try makeNetwork()
        let wide = PlanarPicture(128, 64, .gray) { _, _ in (200, 128, 128) }
        let tall = PlanarPicture(64, 128, .gray) { _, _ in (50, 128, 128) }
        for (picture, inside, outside, level) in [
            (wide, (32, 20), (32, 5), 200.0), (tall, (32, 5), (5, 32), 50), (wide, (5, 32), (5, 60), 200),
        ] {
            try network.run(on: picture.pixels(), part: whole(picture.pixels()))
            #expect(try samples(network, inside.0, inside.1) == [level, level, level])
            #expect(try samples(network, outside.0, outside.1) == [114, 114, 114])
        }
    }

    @Test(arguments: [PixelFormat.gray, .yuv420, .yuv422, .yuv444])
    func aPictureOfOnePixelFillsTheInput(format: PixelFormat) throws {
        let picture = PlanarPicture(1, 1, format) { _, _ in (77, 128, 128) }
        let network = try makeNetwork(96, 32)
        let fit = try network.run(on: picture.pixels(), part: BoundingBox(x: 0, y: 0, width: 1, height: 1))
        #expect(fit.scale == 32)
        #expect(isNear(try samples(network, 48, 16), [77, 77, 77]))
    }

    @Test(arguments: [(1, 2_000), (2_000, 1), (3, 5), (641, 361)])
    func oddShapesWork(width: Int, height: Int) throws {
        let picture = PlanarPicture(width, height, .yuv420) { _, _ in (77, 128, 128) }
        let network = try makeNetwork(96, 64)
        let fit = try network.run(on: picture.pixels(), part: whole(picture.pixels()))
        let x = Int(fit.offset.x + Double(width) * fit.scale / 2),
            y = Int(fit.offset.y + Double(height) * fit.scale / 2)
        #expect(isNear(try samples(network, x, y), [77, 77, 77]))
    }

    @Test func aPictureOfEightThousandPixelsWorksInPartAndWhole() throws {
        let canvas = Canvas(width: 7_680, height: 4_320)
        canvas.fill(x: 7_000, y: 4_000, width: 64, height: 64, level: 240)
        let network = try makeNetwork()
        let whole = try network.run(on: canvas.pixels(), part: whole(canvas.pixels()))
        #expect(whole.scale == 64.0 / 7_680)
        try network.run(on: canvas.pixels(), part: BoundingBox(x: 7_000, y: 4_000, width: 64, height: 64))
        #expect(try samples(network, 32, 32) == [240, 240, 240])
    }

    @Test func aPartThatReachesOutIsCutAndOneOutsideIsRefused() throws {
        let picture = PlanarPicture(128, 64, .yuv420) { _, _ in (77, 128, 128) }
        let network = try makeNetwork()
        let fit = try network.run(
            on: picture.pixels(), part: BoundingBox(x: -50, y: -50, width: 1e9, height: 114))
        #expect(fit == InputFit(origin: Point(x: 0, y: 0), scale: 0.5, offset: Point(x: 0, y: 16)))
        let outside = [
            (128.0, 0.0, 10.0, 10.0), (-20, 0, 20, 20), (0, 0, 0, 10), (0, 0, 10, -10), (.nan, 0, 10, 10),
            (0, 0, .nan, 10), (1e300, 0, 1e300, 1), (-.infinity, 0, .infinity, 10),
        ]
        for (x, y, width, height) in outside {
            #expect {
                try network.run(on: picture.pixels(), part: BoundingBox(x: x, y: y, width: width, height: height))
            } throws: {
                ($0 as? VisionError)?.kind == .badInput && "\($0)".contains("outside")
            }
        }
    }
}
