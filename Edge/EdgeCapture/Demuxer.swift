import CFFmpeg
import EventModel
import Foundation

/// Owns one libavformat context: opens a source, finds its video stream, hands out access units. One thread.
final class Demuxer {
    private let source: CaptureSource
    private let gate: CaptureGate
    private var format: UnsafeMutablePointer<AVFormatContext>?
    private var fileInput: UnsafeMutablePointer<AVIOContext>?
    private var streamIndex: Int32 = -1
    private(set) var openedFromDescription = false

    /// Opens the source; every step ends within `connectTimeout`.
    init(source: CaptureSource, gate: CaptureGate) throws(CaptureError) {
        FFmpegLog.install()
        self.source = source
        self.gate = gate
        gate.allow(source.connectTimeout)
        try open()
        try findVideo()
    }

    deinit { close() }

    /// The chosen stream.
    var stream: UnsafeMutablePointer<AVStream> {
        guard let stream = format?.pointee.streams[Int(streamIndex)] else {
            preconditionFailure("a demuxer that opened has a video stream")
        }
        return stream
    }

    /// The picture's size by the stream's description; nil where it does not say.
    var declaredSize: FrameSize? {
        guard let parameters = stream.pointee.codecpar?.pointee, parameters.width > 0, parameters.height > 0
        else { return nil }
        return FrameSize(width: Int(parameters.width), height: Int(parameters.height))
    }

    /// libavcodec's names of the audio tracks that were not kept out.
    var audioCodecs: [String] {
        guard let format else { return [] }
        return (0..<Int(format.pointee.nb_streams)).compactMap { index in
            guard let parameters = format.pointee.streams[index]?.pointee.codecpar,
                parameters.pointee.codec_type == AVMEDIA_TYPE_AUDIO
            else { return nil }
            return String(cString: avcodec_get_name(parameters.pointee.codec_id))
        }
    }

    /// The declared length of a file.
    var declaredDuration: Duration? {
        guard !source.locator.isLive, let value = format?.pointee.duration, value > 0 else { return nil }
        return .microseconds(value)
    }

    /// Reads the next access unit of the video into `packet`.
    ///
    /// - Returns: false at the end of a file.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(CaptureError) -> Bool {
        while true {
            let status = av_read_frame(format, packet)
            if status == CFF_ERROR_AGAIN && !gate.isShut { continue }
            if status == CFF_ERROR_EOF && !source.locator.isLive { return false }
            if status < 0 { throw failure("read", status) }
            if packet.pointee.stream_index == streamIndex && packet.pointee.size > 0 { return true }
            av_packet_unref(packet)
        }
    }

    private func open() throws(CaptureError) {
        guard let context = avformat_alloc_context() else { throw failure("open", cff_error(ENOMEM)) }
        format = context
        context.pointee.interrupt_callback = interruption
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        let address: String
        switch source.locator {
        case .rtsp(let url):
            address = try prepareLive(url, &options)
        case .file(let path):
            address = ""
            try prepareFile(path, context, &options)
        }
        let status = avformat_open_input(&format, address, nil, &options)  // frees the context when it fails
        guard status >= 0 else { throw failure("open", status) }
    }

    private var interruption: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<CaptureGate>.fromOpaque(opaque).takeUnretainedValue().isShut ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(gate).toOpaque())
    }

    private func prepareLive(_ url: CameraURL, _ options: inout OpaquePointer?) throws(CaptureError) -> String {
        guard url.hasRoomForCredentials else {
            throw error(
                .unsupported, "open",
                "user name and password are too long: 127 characters together, a special character counts as three")
        }
        av_dict_set(&options, "rtsp_transport", source.transport.rawValue, 0)
        av_dict_set(&options, "allowed_media_types", source.acceptsAudio ? "video+audio" : "video", 0)
        av_dict_set_int(&options, "timeout", source.stallTimeout.nanoseconds / 1000, 0)
        av_dict_set(&options, "protocol_whitelist", "rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto", 0)
        if source.transport == .udp { av_dict_set_int(&options, "buffer_size", 1 << 20, 0) }
        return url.withCredentials
    }

    // A byte stream of our own making keeps libavformat from reading the name as a protocol or a pattern.
    private func prepareFile(
        _ path: String, _ context: UnsafeMutablePointer<AVFormatContext>, _ options: inout OpaquePointer?
    ) throws(CaptureError) {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard exists, !isDirectory.boolValue else {
            throw error(.unsupported, "open", exists ? "\(path) is a folder, not a video" : "there is no file \(path)")
        }
        var callback = interruption
        let status = avio_open2(&fileInput, "file:" + path, AVIO_FLAG_READ, &callback, nil)
        guard status >= 0 else {
            throw error(.unsupported, "open", "cannot read \(path): \(ffmpegMessage(status))", status)
        }
        context.pointee.pb = fileInput
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        av_dict_set(&options, "format_whitelist", Self.fileFormats, 0)
        av_dict_set(&options, "protocol_whitelist", "file", 0)
    }

    // Containers and raw streams that hold their own data: no playlists, which would open other files.
    private static let fileFormats =
        "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,h264,hevc,m4v,mjpeg,ivf,y4m,yuv4mpegpipe,rm,"
        + "jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe,mp3,wav,aac,flac"

    private func findVideo() throws(CaptureError) {
        streamIndex = videoStreamFromDescription() ?? -1
        openedFromDescription = streamIndex >= 0
        if streamIndex < 0 { try probe() }
        let count = Int(format?.pointee.nb_streams ?? 0)
        for index in 0..<count where index != Int(streamIndex) {
            format?.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
    }

    private func videoStreamFromDescription() -> Int32? {
        guard source.locator.isLive, let format else { return nil }
        return (0..<Int32(bitPattern: format.pointee.nb_streams)).first { index in
            guard let parameters = format.pointee.streams[Int(index)]?.pointee.codecpar else { return false }
            switch parameters.pointee.codec_id {
            case AV_CODEC_ID_MJPEG: return true
            case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC: return parameters.pointee.extradata_size > 0
            default: return false
            }
        }
    }

    private func probe() throws(CaptureError) {
        guard let format else { return }
        format.pointee.max_analyze_duration = 3 * Int64(AV_TIME_BASE)
        let status = avformat_find_stream_info(format, nil)
        guard status >= 0, !gate.isShut else { throw failure("probe", status < 0 ? status : CFF_ERROR_EXIT) }
        streamIndex = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard streamIndex >= 0 else { throw failure("probe", streamIndex) }
        guard stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0 else {
            throw failure("probe", CFF_ERROR_STREAM_NOT_FOUND)
        }
    }

    private func close() {
        gate.allow(.seconds(1))  // TEARDOWN must not hang on a dead connection
        avformat_close_input(&format)
        avio_closep(&fileInput)
    }

    private func failure(_ operation: String, _ status: Int32) -> CaptureError {
        CaptureError(source: source, isCancelled: gate.isCancelled, operation: operation, status: status)
    }

    private func error(
        _ kind: CaptureError.Kind, _ operation: String, _ reason: String, _ status: Int32? = nil
    ) -> CaptureError {
        CaptureError(
            kind: kind, camera: source.camera, operation: operation, reason: reason, ffmpegStatus: status)
    }
}
