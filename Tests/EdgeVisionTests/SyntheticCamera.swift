import EdgeCore
import EventModel
import TestSupport

/// Memory of one drawn picture.
final class Canvas {
    let width: Int
    let height: Int
    let bytesPerRow: Int
    let memory: UnsafeMutablePointer<UInt8>

    init(width: Int, height: Int, bytesPerRow: Int? = nil, level: UInt8 = 100) {
        self.width = width
        self.height = height
        self.bytesPerRow = bytesPerRow ?? width
        memory = .allocate(capacity: self.bytesPerRow * height)
        memory.initialize(repeating: level, count: self.bytesPerRow * height)
    }

    deinit { memory.deallocate() }

    func fill(x: Int, y: Int, width: Int, height: Int, level: UInt8) {
        for row in max(0, y)..<min(self.height, y + height) {
            for column in max(0, x)..<min(self.width, x + width) { memory[row * bytesPerRow + column] = level }
        }
    }

    func map(_ body: (_ x: Int, _ y: Int, _ level: Int) -> Int) {
        for y in 0..<height {
            for x in 0..<width {
                let index = y * bytesPerRow + x
                memory[index] = UInt8(clamping: body(x, y, Int(memory[index])))
            }
        }
    }

    func frame(seconds: Double, session: Int = 1, index: Int = 0) -> Frame {
        let size = FrameSize(width: width, height: height)
        let plane = PixelPlane(baseAddress: memory, bytesPerRow: bytesPerRow, width: width, height: height)
        let image = PixelBuffer(
            size: size, format: .gray, isFullRange: true, luma: plane, chroma: nil, owner: self)
        return Frame(
            camera: testCamera, session: session, index: index, time: makeFrameTime(seconds), image: image)
    }
}
