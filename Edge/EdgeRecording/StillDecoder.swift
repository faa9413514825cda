import CFFmpeg
public import EdgeCore
import EventModel

/// A picture decoded for evidence.
public struct DecodedStill: Sendable {
    /// The pixels, at full quality: every picture before it was decoded with the loop filter on.
    public var image: PixelBuffer
    /// When it was taken.
    public var time: FrameTime
}

/// Decodes single pictures out of a session's packets, with a decoder of its own. Any thread, one at a time.
public struct StillDecoder {
    /// Makes one; nothing is kept between calls.
    public init() {}

    /// The pictures that were to be seen at asked stream times: for each the last one taken at or before it.
    ///
    /// All come out of one pass, so ask for those of one event together.
    ///
    /// - Parameters:
    ///   - times: stream times, in any order.
    ///   - packets: of one session, from a key frame at or before the earliest time, as
    ///     ``PacketRing/packets(of:from:to:)`` gives them. To be sure of the last picture of a stream with B-frames,
    ///     let them go some pictures beyond the latest time.
    /// - Returns: one for each time, in its order; nil where no picture is so old, or none could be decoded.
    /// - Throws: ``RecordingError`` of kind `unsupported` where there is no decoder for the stream.
    public func stills(at times: [Duration], in packets: [VideoPacket]) throws(RecordingError) -> [DecodedStill?] {
        let playable = packets.drop { !$0.isKey }
        guard let first = playable.first, let latest = times.max() else { return times.map { _ in nil } }
        let decoder = try PictureDecoder(first.format)
        var found = [DecodedStill?](repeating: nil, count: times.count)
        var isDone = false
        let keep = { (picture: UnsafeMutablePointer<AVFrame>) in
            guard let packet = Self.packet(at: picture.pointee.pts, playable) else { return }
            isDone = packet.time.presentation >= latest
            for (index, time) in times.enumerated() where packet.time.presentation <= time {
                // Some streams do not say how far pictures are reordered: then the first ones come out of order.
                if let older = found[index], older.time.presentation >= packet.time.presentation { continue }
                if let image = Self.shared(picture, with: found, packet.time) {
                    found[index] = DecodedStill(image: image, time: packet.time)
                }
            }
        }
        for (index, packet) in playable.enumerated() where packet.session == first.session {
            // The position among the packets is the picture's mark: it finds the packet's times again.
            decoder.decode(packet, mark: Int64(playable.startIndex + index), keep)
            if isDone { return found }
        }
        decoder.drain(keep)
        return found
    }

    private static func packet(at mark: Int64, _ packets: ArraySlice<VideoPacket>) -> VideoPacket? {
        packets.indices.contains(Int(mark)) ? packets[Int(mark)] : nil
    }

    /// Two asked times may want the same picture.
    private static func shared(
        _ picture: UnsafeMutablePointer<AVFrame>, with found: [DecodedStill?], _ time: FrameTime
    ) -> PixelBuffer? {
        found.lazy.compactMap(\.self).first { $0.time == time }?.image ?? StillPicture.buffer(picture)
    }
}

/// Owns one libavcodec decoder. One thread.
private final class PictureDecoder {
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var input: UnsafeMutablePointer<AVPacket>?
    private var picture: UnsafeMutablePointer<AVFrame>?

    init(_ format: VideoFormat) throws(RecordingError) {
        let codec = avcodec_find_decoder(format.coding.libavcodecID)
        context = avcodec_alloc_context3(codec)
        (input, picture) = (av_packet_alloc(), av_frame_alloc())
        guard let codec, let context, input != nil, picture != nil else {
            throw RecordingError(.unsupported, "there is no decoder for \(format.coding)")
        }
        (context.pointee.extradata, context.pointee.extradata_size) = paddedCopy(format.parameterSets)
        context.pointee.thread_count = 1
        context.pointee.pkt_timebase = AVRational(num: 1, den: 1)
        let status = avcodec_open2(context, codec, nil)
        guard status >= 0 else {
            throw RecordingError(.unsupported, "the decoder for \(format.coding) refuses: FFmpeg status \(status)")
        }
    }

    deinit {
        avcodec_free_context(&context)
        av_packet_free(&input)
        av_frame_free(&picture)
    }

    /// A broken packet gives no picture; the next ones may.
    func decode(_ packet: VideoPacket, mark: Int64, _ keep: (UnsafeMutablePointer<AVFrame>) -> Void) {
        guard let input else { return }
        // Without a reference count libavcodec copies the payload, with the padding that it wants.
        input.pointee.data = UnsafeMutablePointer(
            mutating: packet.payload.baseAddress?.assumingMemoryBound(to: UInt8.self))
        input.pointee.size = Int32(clamping: packet.payload.count)
        input.pointee.pts = mark
        input.pointee.flags = packet.isKey ? AV_PKT_FLAG_KEY : 0
        if avcodec_send_packet(context, input) >= 0 { receive(keep) }
        av_packet_unref(input)
    }

    func drain(_ keep: (UnsafeMutablePointer<AVFrame>) -> Void) {
        if avcodec_send_packet(context, nil) >= 0 { receive(keep) }
    }

    private func receive(_ keep: (UnsafeMutablePointer<AVFrame>) -> Void) {
        guard let picture else { return }
        while avcodec_receive_frame(context, picture) >= 0 {
            keep(picture)
            av_frame_unref(picture)
        }
    }
}
