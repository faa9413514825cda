import CFFmpeg
import Foundation

/// The luma of a JPEG, decoded by libavcodec.
final class DecodedJPEG {
    private let picture: UnsafeMutablePointer<AVFrame>

    fileprivate init(picture: UnsafeMutablePointer<AVFrame>) { self.picture = picture }

    deinit {
        var picture: UnsafeMutablePointer<AVFrame>? = picture
        av_frame_free(&picture)
    }

    var width: Int { Int(picture.pointee.width) }
    var height: Int { Int(picture.pointee.height) }

    /// One sample, 0…255.
    func luma(_ x: Int, _ y: Int) -> Int {
        picture.pointee.data.0.map { Int($0[y * Int(picture.pointee.linesize.0) + x]) } ?? -1
    }
}

/// Decodes a JPEG that has to be whole.
func decode(_ jpeg: Data) throws -> DecodedJPEG {
    var context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MJPEG))
    var packet = av_packet_alloc()
    defer {
        avcodec_free_context(&context)
        av_packet_free(&packet)
    }
    let picture = DecodedJPEG(picture: av_frame_alloc())
    try check(avcodec_open2(context, nil, nil))
    try check(av_new_packet(packet, Int32(jpeg.count)))
    if let data = packet?.pointee.data { jpeg.copyBytes(to: data, count: jpeg.count) }
    try check(avcodec_send_packet(context, packet))
    try check(avcodec_receive_frame(context, picture.memory))
    return picture
}

private struct DecodingFailure: Error { var status: Int32 }

private func check(_ status: Int32) throws { if status < 0 { throw DecodingFailure(status: status) } }

extension DecodedJPEG {
    fileprivate var memory: UnsafeMutablePointer<AVFrame> { picture }
}
