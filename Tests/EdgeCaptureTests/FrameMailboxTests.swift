import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct FrameMailboxTests {
    private final class Memory {
        let samples = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        deinit { samples.deallocate() }
    }

    private func makeFrame(_ index: Int) -> Frame {
        let memory = Memory()
        let plane = PixelPlane(baseAddress: memory.samples, bytesPerRow: 1, width: 1, height: 1)
        let image = PixelBuffer(
            size: .init(width: 1, height: 1), format: .gray, isFullRange: true, luma: plane, chroma: nil, owner: memory)
        return Frame(camera: testCamera, session: 1, index: index, time: makeFrameTime(0), image: image)
    }

    @Test func theNewestFrameWinsAndDropsAreCounted() {
        let mailbox = FrameMailbox()
        for index in 0..<5 { mailbox.put(makeFrame(index)) }
        #expect(mailbox.take(timeout: .zero)?.index == 4)
        #expect(mailbox.droppedCount == 4)
        #expect(mailbox.take(timeout: .zero) == nil)
    }

    @Test func aWaitingThreadIsWokenByAFrame() async {
        let mailbox = FrameMailbox()
        let taken = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: mailbox.take(timeout: .seconds(20))?.index) }
            Thread.detachNewThread { mailbox.put(self.makeFrame(7)) }
        }
        #expect(taken == 7)
    }

    @Test func closingEndsTheWait() async {
        let mailbox = FrameMailbox()
        let taken = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: mailbox.take(timeout: .seconds(20))?.index) }
            Thread.detachNewThread { mailbox.close() }
        }
        #expect(taken == nil)
        #expect(mailbox.isFinished)
        mailbox.put(makeFrame(1))
        #expect(mailbox.take(timeout: .seconds(20)) == nil)
    }
}
