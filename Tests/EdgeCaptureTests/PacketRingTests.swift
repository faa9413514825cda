import EdgeCore
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct PacketRingTests {
    /// The `index`-th packet of a stream of 25 pictures a second with a key frame every `gop`.
    private func makePacket(_ index: Int, gop: Int = 50, bytes: Int = 1_000, session: Int = 1) -> VideoPacket {
        let owner = NSMutableData(length: bytes) ?? NSMutableData()
        let time = Duration.milliseconds(40 * index)
        return VideoPacket(
            session: session, format: VideoFormat(coding: .h264, size: nil, parameterSets: Data()),
            time: FrameTime(presentation: time, capturedAt: testStart, clock: .arrival), decodeTime: time,
            isKey: index % gop == 0, arrivalNanoseconds: 0,
            payload: UnsafeRawBufferPointer(start: owner.bytes, count: bytes), owner: owner)
    }

    private func makeRing(preRoll: Duration = .seconds(10), byteCap: Int = 1 << 30) -> PacketRing {
        var configuration = PacketRing.Configuration()
        configuration.preRoll = preRoll
        configuration.byteCap = byteCap
        return PacketRing(configuration: configuration)
    }

    private func position(_ reading: PacketRing.Reading) -> Int? {
        guard case .missed(let first) = reading else { return nil }
        return first
    }

    @Test func itKeepsThePreRollInWholeGOPs() {
        let ring = makeRing()
        for index in 0..<1_000 { ring.append(makePacket(index)) }
        let first = position(ring.read(0)) ?? -1
        #expect(first % 50 == 0, "begins with a key frame")
        let kept = 1_000 - first
        #expect((250...350).contains(kept), "10 s and at most one GOP more at each end")
        #expect(ring.status.byteCount == kept * 1_000)
        #expect(ring.status.gop == .seconds(2))
    }

    @Test func theByteCapDropsWholeGOPsFirst() {
        let ring = makeRing(byteCap: 120_000)
        for index in 0..<1_000 {
            ring.append(makePacket(index))
            #expect(ring.status.byteCount <= 120_000)
        }
        #expect((position(ring.read(0)) ?? -1) % 50 == 0)
        #expect(ring.status.cutGOPCount == 0)
    }

    @Test func aGOPWithoutEndStaysWithinTheCapAndIsSaid() {
        let ring = makeRing(byteCap: 100_000)
        for index in 0..<5_000 { ring.append(makePacket(index, gop: 1_000_000)) }
        #expect(ring.status.byteCount <= 100_000 && ring.status.packetCount > 50)
        #expect(ring.status.cutGOPCount == 1)
        #expect(ring.keyPosition(before: ring.end) == nil)
        guard case .packet(let newest) = ring.read(ring.end - 1) else { return #expect(Bool(false), "no packet") }
        #expect(newest.time.presentation == .milliseconds(40 * 4_999))
    }

    @Test func onePacketLargerThanTheCapIsKeptAlone() {
        let ring = makeRing(byteCap: 1_000)
        for index in 0..<3 { ring.append(makePacket(index, gop: 1, bytes: 5_000)) }
        #expect(ring.status.packetCount == 1 && ring.end == 3)
    }

    @Test func eachReaderFollowsAtItsOwnPace() {
        let ring = makeRing()
        for index in 0..<10 { ring.append(makePacket(index)) }
        for place in [0, 9, 4] {
            guard case .packet(let packet) = ring.read(place) else { return #expect(Bool(false), "no packet") }
            #expect(packet.time.presentation == .milliseconds(40 * place))
        }
        guard case .timeout = ring.read(10) else { return #expect(Bool(false), "a packet that has not come") }
        ring.close()
        guard case .packet = ring.read(9) else { return #expect(Bool(false), "what is inside can still be read") }
        guard case .closed = ring.read(10) else { return #expect(Bool(false), "not closed") }
    }

    @Test func aWaitingReaderIsWokenByThePacket() async {
        let ring = makeRing()
        let reader = Thread {
            if case .packet = ring.read(0, timeout: .seconds(60)) { ring.close() }
        }
        reader.start()
        ring.append(makePacket(0))
        while case .timeout = ring.read(1, timeout: .milliseconds(10)) { await Task.yield() }
        guard case .closed = ring.read(1) else { return #expect(Bool(false), "not woken") }
    }

    @Test func aSpanComesWithTheKeyFrameThatItNeeds() {
        let ring = makeRing()
        for index in 0..<200 { ring.append(makePacket(index)) }
        let span = ring.packets(of: 1, from: .milliseconds(3_000), to: .milliseconds(5_000))
        #expect(span.first?.time.presentation == .seconds(2) && span.first?.isKey == true)
        #expect(span.last?.time.presentation == .seconds(5))
        #expect(ring.packets(of: 2, from: .zero, to: .seconds(5)).isEmpty)
    }

    @Test func anOlderSessionGoesWhenTheNewOneFillsThePreRoll() {
        let ring = makeRing(preRoll: .seconds(4))
        for index in 0..<60 { ring.append(makePacket(index)) }
        for index in 0..<60 { ring.append(makePacket(index, session: 2)) }
        #expect(!ring.packets(of: 1, from: .zero, to: .seconds(1)).isEmpty)
        for index in 60..<300 { ring.append(makePacket(index, session: 2)) }
        #expect(ring.packets(of: 1, from: .zero, to: .seconds(1)).isEmpty)
        #expect(!ring.packets(of: 2, from: .seconds(8), to: .seconds(9)).isEmpty)
    }

    @Test func keyFramesAreFoundInBothDirections() {
        let ring = makeRing()
        for index in 0..<120 { ring.append(makePacket(index)) }
        #expect(ring.keyPosition(before: 50) == 0 && ring.keyPosition(before: 51) == 50)
        #expect(ring.keyPosition(from: 50) == 50 && ring.keyPosition(from: 51) == 100)
        #expect(ring.keyPosition(before: 0) == nil && ring.keyPosition(from: 101) == nil)
    }
}
