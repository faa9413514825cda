import CFFmpeg
import EdgeCore
import EventModel
import Foundation

extension VideoFormat {
    /// What a stream's description says.
    init(_ parameters: AVCodecParameters) {
        let bytes = UnsafeBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size))
        let isSized = parameters.width > 0 && parameters.height > 0
        self.init(
            coding: Coding(parameters.codec_id),
            size: isSized ? FrameSize(width: Int(parameters.width), height: Int(parameters.height)) : nil,
            parameterSets: Data(bytes))
    }
}

extension VideoFormat.Coding {
    /// From libavcodec's number.
    init(_ codec: AVCodecID) {
        switch codec {
        case AV_CODEC_ID_H264: self = .h264
        case AV_CODEC_ID_HEVC: self = .h265
        case AV_CODEC_ID_MJPEG: self = .motionJPEG
        default: self = .other(codec.rawValue)
        }
    }

    /// libavcodec's number.
    var codecID: AVCodecID {
        switch self {
        case .h264: AV_CODEC_ID_H264
        case .h265: AV_CODEC_ID_HEVC
        case .motionJPEG: AV_CODEC_ID_MJPEG
        case .other(let number): AVCodecID(rawValue: number)
        }
    }
}
