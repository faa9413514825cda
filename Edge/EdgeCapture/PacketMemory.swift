import CFFmpeg
import EdgeCore

/// Owns one AVPacket, which nobody writes to once it is filled.
final class PacketMemory {
    let packet: UnsafeMutablePointer<AVPacket>

    init() {
        guard let packet = av_packet_alloc() else { preconditionFailure("out of memory for a packet") }
        self.packet = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// The compressed bytes.
    var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
    }
}
