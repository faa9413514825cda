import CFFmpeg
import EdgeCore
import EventModel
import Foundation

/// Owns one libavformat muxer that makes fragmented MP4 in memory: a header, then parts (`moof` + `mdat`). One thread.
///
/// The bytes never go to a file here: whoever calls writes and syncs them, and so knows where every part lies.
/// libavformat turns Annex B into length-prefixed units itself when the parameter sets are Annex B.
final class FragmentWriter {
    /// `ftyp` and `moov`: what a player needs before any part.
    private(set) var header = Data()
    private let sink: ByteSink
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private var output: UnsafeMutablePointer<AVIOContext>?
    private var packet: UnsafeMutablePointer<AVPacket>?

    init(_ description: StreamDescription) throws(RecordingError) {
        let sink = ByteSink()
        self.sink = sink
        packet = av_packet_alloc()
        avformat_alloc_output_context2(&context, nil, "mp4", nil)
        guard let context, packet != nil, let output = Self.makeOutput(sink) else {
            throw Self.failure("allocation", cff_error(ENOMEM))
        }
        self.output = output
        context.pointee.pb = output
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        try Self.addStream(context, description)
        try Self.writeHeader(context, description)
        avio_flush(output)
        header = sink.take()
    }

    deinit {
        avformat_free_context(context)
        if let output { av_free(output.pointee.buffer) }
        avio_context_free(&output)
        av_packet_free(&packet)
    }

    /// Takes one picture; times in ticks, decoding times rising strictly from 0.
    func append(_ payload: UnsafeRawBufferPointer, placed: PlacedTime, duration: Int64, isKey: Bool)
        throws(RecordingError)
    {
        guard let packet else { return }
        // libavformat only reads the payload, and keeps nothing of it: the memory stays its owner's.
        packet.pointee.data = UnsafeMutablePointer(
            mutating: payload.baseAddress?.assumingMemoryBound(to: UInt8.self))
        packet.pointee.size = Int32(clamping: payload.count)
        (packet.pointee.pts, packet.pointee.dts) = (placed.presentation, placed.decode)
        packet.pointee.duration = duration
        packet.pointee.stream_index = 0
        packet.pointee.flags = isKey ? AV_PKT_FLAG_KEY : 0
        let status = av_write_frame(context, packet)
        av_packet_unref(packet)
        guard status >= 0 else { throw Self.failure("a picture", status) }
    }

    /// Ends the part: its bytes, empty when nothing was appended.
    func endPart() throws(RecordingError) -> Data {
        let status = av_write_frame(context, nil)
        guard status >= 0 else { throw Self.failure("a part", status) }
        avio_flush(output)
        return sink.take()
    }

    private static func makeOutput(_ sink: ByteSink) -> UnsafeMutablePointer<AVIOContext>? {
        let size: Int32 = 1 << 16
        guard let buffer = av_malloc(Int(size)) else { return nil }
        let output = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), size, 1, Unmanaged.passUnretained(sink).toOpaque(), nil,
            { opaque, bytes, count in
                guard let opaque, let bytes else { return cff_error(EINVAL) }
                Unmanaged<ByteSink>.fromOpaque(opaque).takeUnretainedValue().append(bytes, Int(count))
                return count
            }, nil)
        output?.pointee.seekable = 0
        return output
    }

    private static func addStream(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ description: StreamDescription
    ) throws(RecordingError) {
        guard let stream = avformat_new_stream(context, nil), let parameters = stream.pointee.codecpar else {
            throw failure("allocation", cff_error(ENOMEM))
        }
        stream.pointee.time_base = AVRational(num: 1, den: Int32(StreamTicks.perSecond))
        parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointee.codec_id = description.coding.libavcodecID
        parameters.pointee.width = Int32(clamping: description.size.width)
        parameters.pointee.height = Int32(clamping: description.size.height)
        (parameters.pointee.extradata, parameters.pointee.extradata_size) = paddedCopy(description.parameterSets)
        // Apple's players take H.265 only under this name.
        if description.coding == .h265 { parameters.pointee.codec_tag = fourCharacters("hvc1") }
    }

    private static func writeHeader(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ description: StreamDescription
    ) throws(RecordingError) {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer", 0)
        av_dict_set_int(&options, "video_track_timescale", StreamTicks.perSecond, 0)
        let status = avformat_write_header(context, &options)
        guard status >= 0 else { throw failure("the header for \(description.coding)", status) }
    }

    private static func fourCharacters(_ name: String) -> UInt32 {
        name.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func failure(_ what: String, _ status: Int32) -> RecordingError {
        RecordingError(.unsupported, "MP4 does not take \(what) of this stream (FFmpeg status \(status))")
    }
}

/// Where libavformat's bytes gather until they are taken.
private final class ByteSink {
    private var bytes = Data()

    func append(_ start: UnsafePointer<UInt8>, _ count: Int) { bytes.append(start, count: count) }

    func take() -> Data {
        defer { bytes = Data() }
        return bytes
    }
}
