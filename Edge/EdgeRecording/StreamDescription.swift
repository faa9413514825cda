import CFFmpeg
import EdgeCore
import EventModel
import Foundation

/// What a container says about its video: what a ``VideoFormat`` says, completed from a key frame.
struct StreamDescription: Hashable {
    var coding: VideoFormat.Coding
    var size: FrameSize
    /// Annex B, or an `avcC`/`hvcC` box; empty for MJPEG.
    var parameterSets: Data
}

/// Derives the description from key frames; the same ones cost a comparison.
struct StreamDescriber {
    private struct Known {
        var session: Int
        var format: VideoFormat
        var inBand: Data?
        var jpegSize: FrameSize?
        var result: StreamDescription
    }

    private var known: Known?

    /// The description that a key frame needs.
    ///
    /// - Throws: ``RecordingError`` of kind `unsupported` where the camera has not sent enough.
    mutating func describe(_ key: VideoPacket) throws(RecordingError) -> StreamDescription {
        let format = key.format
        let inBand = format.isLengthPrefixed ? nil : ParameterSets.inBand(key.payload, format.coding)
        let jpegSize = format.coding == .motionJPEG ? JPEGHeader.size(key.payload).map(FrameSize.init) : nil
        // Some cameras send the sets with some key frames only: they hold until others come, or another session.
        if let known, known.session == key.session, known.format == format, known.jpegSize == jpegSize,
            inBand == nil || inBand == known.inBand
        {
            return known.result
        }
        let result = try Self.describe(key, sets: inBand ?? format.parameterSets, jpegSize)
        known = Known(session: key.session, format: format, inBand: inBand, jpegSize: jpegSize, result: result)
        return result
    }

    private static func describe(
        _ key: VideoPacket, sets: Data, _ jpegSize: FrameSize?
    ) throws(RecordingError) -> StreamDescription {
        let coding = key.format.coding
        let needsSets = coding == .h264 || coding == .h265
        guard !needsSets || !sets.isEmpty else {
            throw RecordingError(
                .unsupported, "the camera sends no parameter sets (SPS, PPS), so nothing can be played")
        }
        let parsed = needsSets ? parsedSize(coding, sets, key.payload) : jpegSize
        guard let size = parsed ?? key.format.size, size.width > 0, size.height > 0 else {
            throw RecordingError(.unsupported, "the picture's size cannot be read from the camera's stream")
        }
        return StreamDescription(coding: coding, size: size, parameterSets: sets)
    }

    /// libavcodec's parser reads the parameter sets; nothing is decoded.
    private static func parsedSize(
        _ coding: VideoFormat.Coding, _ sets: Data, _ payload: UnsafeRawBufferPointer
    ) -> FrameSize? {
        var context = avcodec_alloc_context3(nil)
        defer { avcodec_free_context(&context) }
        guard let context, let parser = av_parser_init(Int32(bitPattern: coding.libavcodecID.rawValue)) else {
            return nil
        }
        defer { av_parser_close(parser) }
        context.pointee.codec_id = coding.libavcodecID
        (context.pointee.extradata, context.pointee.extradata_size) = paddedCopy(sets)
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        var unit = [UInt8](payload) + [UInt8](repeating: 0, count: Int(AV_INPUT_BUFFER_PADDING_SIZE))
        var output: UnsafeMutablePointer<UInt8>?
        var outputSize: Int32 = 0
        av_parser_parse2(
            parser, context, &output, &outputSize, &unit, Int32(clamping: payload.count), CFF_NO_PTS, CFF_NO_PTS, 0)
        let size = FrameSize(width: Int(parser.pointee.width), height: Int(parser.pointee.height))
        return size.width > 0 && size.height > 0 ? size : nil
    }
}

/// Memory as libavcodec wants its extra data: allocated by it, with zeros behind. (nil, 0) for none.
func paddedCopy(_ bytes: Data) -> (UnsafeMutablePointer<UInt8>?, Int32) {
    guard !bytes.isEmpty, let memory = av_mallocz(bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else {
        return (nil, 0)
    }
    let copy = memory.assumingMemoryBound(to: UInt8.self)
    bytes.copyBytes(to: copy, count: bytes.count)
    return (copy, Int32(clamping: bytes.count))
}

extension VideoFormat.Coding {
    var libavcodecID: AVCodecID {
        switch self {
        case .h264: AV_CODEC_ID_H264
        case .h265: AV_CODEC_ID_HEVC
        case .motionJPEG: AV_CODEC_ID_MJPEG
        case .other(let number): AVCodecID(rawValue: number)
        }
    }
}
