import EdgeCore
import EventModel
import TestSupport

/// Memory of one drawn picture.
final class Canvas {
    let width: Int
    let height: Int
    let bytesPerRow: Int
    let memory: UnsafeMutablePointer<UInt8>

    init(width: Int = 640, height: Int = 360, bytesPerRow: Int? = nil, level: UInt8 = 100) {
        self.width = width
        self.height = height
        self.bytesPerRow = bytesPerRow ?? width
        memory = .allocate(capacity: self.bytesPerRow * height)
        memory.initialize(repeating: level, count: self.bytesPerRow * height)
    }

    deinit { memory.deallocate() }

    func fill(x: Int, y: Int, width: Int, height: Int, level: UInt8) {
        let columns = clamp(x, width, to: self.width)
        for row in clamp(y, height, to: self.height) {
            (memory + row * bytesPerRow + columns.lowerBound).update(repeating: level, count: columns.count)
        }
    }

    /// Takes over the pixels of another canvas of the same shape: drawing pixel by pixel is slow in debug builds.
    func copy(_ other: Canvas) {
        memory.update(from: other.memory, count: bytesPerRow * height)
    }

    private func clamp(_ start: Int, _ length: Int, to limit: Int) -> Range<Int> {
        (start..<start + length).clamped(to: 0..<limit)
    }

    func map(_ body: (_ x: Int, _ y: Int, _ level: Int) -> Int) {
        for y in 0..<height {
            for x in 0..<width {
                let index = y * bytesPerRow + x
                memory[index] = UInt8(clamping: body(x, y, Int(memory[index])))
            }
        }
    }

    /// A street drawn `count` times, each time with other noise of up to `noise` levels, seeded.
    static func streets(
        width: Int = 640, height: Int = 360, noise: Int, count: Int = 8, seed: UInt64 = 1
    ) -> [Canvas] {
        var source = SeededGenerator(state: seed)
        return (0..<count).map { _ in
            let canvas = Canvas(width: width, height: height)
            canvas.drawStreet()
            if noise > 0 { canvas.addNoise(noise, from: &source) }
            return canvas
        }
    }

    /// A road-like picture with structure everywhere, moved by (dx, dy).
    func drawStreet(dx: Int = 0, dy: Int = 0) {
        map { x, y, _ in
            let u = x - dx + 64, v = y - dy + 64
            let tile = (u / 23 + v / 17) % 3 * 30
            return 60 + tile + (u % 23 < 3 && v % 17 < 9 ? 60 : 0) + v / 12
        }
    }

    func addNoise(_ amplitude: Int, from source: inout SeededGenerator) {
        map { _, _, level in level + Int(source.next() % UInt64(2 * amplitude + 1)) - amplitude }
    }

    func pixels(isFullRange: Bool = true) -> PixelBuffer {
        let plane = PixelPlane(baseAddress: memory, bytesPerRow: bytesPerRow, width: width, height: height)
        return PixelBuffer(
            size: FrameSize(width: width, height: height), format: .gray, isFullRange: isFullRange, luma: plane,
            chroma: nil, owner: self)
    }

    func frame(seconds: Double, session: Int = 1, index: Int = 0) -> Frame {
        Frame(
            camera: testCamera, session: session, index: index, time: makeFrameTime(seconds), image: pixels())
    }
}

/// SplitMix64: the same numbers on every run.
struct SeededGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
