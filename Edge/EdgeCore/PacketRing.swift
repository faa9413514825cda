/// The compressed pictures of one camera's last seconds, in whole groups of pictures (GOPs: a key frame and what is
/// predicted from it), shared by decoder, recorder and evidence.
///
/// Packets have positions 0, 1, 2 … over all sessions. One thread appends; any number of readers follow, each at its
/// own pace: a reader that falls behind the ring's memory is told so. Bounded in time and in bytes.
public final class PacketRing: @unchecked Sendable {  // `condition` guards every stored property that varies
    /// What a ring keeps.
    public struct Configuration: Hashable, Sendable {
        /// The last so much, rounded up to whole GOPs: ten seconds for a film, and two in which it is cut.
        public var preRoll: Duration = .seconds(12)
        /// Never more payload than this: 32 MiB by default, 10 s of 25 Mbit/s.
        public var byteCap = 32 << 20

        /// The defaults.
        public init() {}
    }

    /// What a reader finds at a position.
    public enum Reading {
        case packet(VideoPacket)
        /// The packet is forgotten; the oldest one kept has position `first`.
        case missed(first: Int)
        /// Nothing came in time.
        case timeout
        /// Nothing will come any more.
        case closed
    }

    /// How the ring stands.
    public struct Status: Hashable, Sendable {
        /// Packets kept.
        public var packetCount = 0
        /// Their payload.
        public var byteCount = 0
        /// Time from the oldest to the newest packet of the present session.
        public var span: Duration = .zero
        /// The distance of the two newest key frames of the present session; nil before the second.
        public var gop: Duration?
        /// GOPs that lost their key frame to ``Configuration/byteCap``: nothing can be decoded from their rest.
        public var cutGOPCount: UInt64 = 0
    }

    private let configuration: Configuration
    private let condition = MonotonicCondition()
    private var packets: [VideoPacket] = []
    private var first = 0
    private var isClosed = false
    private var state = Status()
    private var newestKey: VideoPacket?

    /// An empty ring.
    public init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// Takes the next packet; what is older than the pre-roll goes, in whole GOPs.
    public func append(_ packet: VideoPacket) {
        condition.locked {
            guard !isClosed else { return }
            packets.append(packet)
            state.byteCount += packet.payload.count
            if packet.isKey {
                noteKey(packet)
                dropOldGOPs(before: packet)
            }
            dropOverCap()
            condition.broadcast()
        }
    }

    /// Ends all waiting; what is inside can still be read.
    public func close() {
        condition.locked {
            isClosed = true
            condition.broadcast()
        }
    }

    /// Waits for the packet at a position.
    public func read(_ position: Int, timeout: Duration = .zero) -> Reading {
        condition.locked {
            let isHere = condition.wait(timeout: timeout) { position < first + packets.count || isClosed }
            if position < first { return .missed(first: first) }
            if position < first + packets.count { return .packet(packets[position - first]) }
            return isHere ? .closed : .timeout
        }
    }

    /// The position that the next packet will get.
    public var end: Int { condition.locked { first + packets.count } }

    /// The packet that came last; nil before the first.
    public var newest: VideoPacket? { condition.locked { packets.last } }

    /// The newest key frame before `position`; nil when none is kept.
    public func keyPosition(before position: Int) -> Int? {
        condition.locked {
            let index = min(position - first, packets.count)
            guard index > 0 else { return nil }
            return packets[..<index].lastIndex { $0.isKey }.map { $0 + first }
        }
    }

    /// The oldest key frame at or after `position`; nil when there is none yet.
    public func keyPosition(from position: Int) -> Int? {
        condition.locked {
            let index = max(0, position - first)
            guard index < packets.count else { return nil }
            return packets[index...].firstIndex { $0.isKey }.map { $0 + first }
        }
    }

    /// The packets that show a span of a session's stream time, from the key frame that its first picture needs.
    ///
    /// Empty when that key frame is not kept. The span's end may not have come yet.
    public func packets(of session: Int, from begin: Duration, to end: Duration) -> [VideoPacket] {
        condition.locked {
            let start = packets.lastIndex { $0.session == session && $0.isKey && $0.time.presentation <= begin }
            guard let start else { return [] }
            return Array(packets[start...].prefix { $0.session == session && $0.decodeTime <= end })
        }
    }

    /// Everything that is kept now, oldest first.
    public func snapshot() -> [VideoPacket] { condition.locked { packets } }

    /// How it stands now.
    public var status: Status {
        condition.locked {
            var status = state
            status.packetCount = packets.count
            if let newest = packets.last, let oldest = packets.first(where: { $0.session == newest.session }) {
                status.span = newest.decodeTime - oldest.decodeTime
            }
            return status
        }
    }

    private func noteKey(_ packet: VideoPacket) {
        let before = newestKey.flatMap { $0.session == packet.session ? $0 : nil }
        state.gop = before.map { packet.decodeTime - $0.decodeTime }
        newestKey = packet
    }

    /// The GOP that the pre-roll begins in stays; sessions before the present one go when it spans the pre-roll itself.
    private func dropOldGOPs(before newest: VideoPacket) {
        let horizon = newest.decodeTime - configuration.preRoll
        let keep = packets.lastIndex { $0.isKey && $0.session == newest.session && $0.decodeTime <= horizon }
        if let keep { forget(keep) }
    }

    private func dropOverCap() {
        guard state.byteCount > configuration.byteCap else { return }
        while state.byteCount > configuration.byteCap, let next = packets.dropFirst().firstIndex(where: \.isKey) {
            forget(next)
        }
        guard state.byteCount > configuration.byteCap else { return }
        if packets.first?.isKey == true { state.cutGOPCount += 1 }
        var surplus = state.byteCount - configuration.byteCap
        let count = packets.prefix { packet in
            defer { surplus -= packet.payload.count }
            return surplus > 0
        }.count
        forget(min(count, packets.count - 1))
    }

    private func forget(_ count: Int) {
        state.byteCount -= packets[..<count].reduce(0) { $0 + $1.payload.count }
        packets.removeFirst(count)
        first += count
    }
}
