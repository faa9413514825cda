import CFFmpeg

/// Converts uncommon pixel formats (10 bit, packed, NV12, RGB) to 8-bit 4:2:0 of the same range by swscale.
///
/// It costs a pass over the whole picture and new memory for it. Common streams never come here.
struct PictureConverter: ~Copyable {
    private var scaler: OpaquePointer?
    private var output: UnsafeMutablePointer<AVFrame>?

    deinit {
        sws_freeContext(scaler)
        var output = output
        av_frame_free(&output)
    }

    /// The converted picture, valid until the next call; nil when swscale does not know the format or memory is short.
    mutating func convert(_ picture: UnsafeMutablePointer<AVFrame>) -> UnsafeMutablePointer<AVFrame>? {
        if output == nil { output = av_frame_alloc() }
        guard let output else { return nil }
        av_frame_unref(output)
        let (width, height) = (picture.pointee.width, picture.pointee.height)
        output.pointee.width = width
        output.pointee.height = height
        output.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        let isFullRange = picture.pointee.color_range == AVCOL_RANGE_JPEG
        output.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        scaler = sws_getCachedContext(
            scaler, width, height, AVPixelFormat(picture.pointee.format), width, height, AV_PIX_FMT_YUV420P,
            SWS_BILINEAR, nil, nil, nil)
        guard scaler != nil, av_frame_get_buffer(output, 0) >= 0 else { return nil }
        keepRange(isFullRange)
        return sws_scale_frame(scaler, output, picture) >= 0 ? output : nil
    }

    private func keepRange(_ isFullRange: Bool) {
        let coefficients = sws_getCoefficients(SWS_CS_DEFAULT)
        let range: Int32 = isFullRange ? 1 : 0
        sws_setColorspaceDetails(scaler, coefficients, range, coefficients, range, 0, 1 << 16, 1 << 16)
    }
}
