import CFFmpeg
import EdgeCore
import EventModel
import Foundation

extension StreamClock {
    /// The clock of a new session of `source`.
    init(source: CaptureSource) {
        self.init(
            kind: source.locator.isLive
                ? .live(maximumCameraOffset: source.maximumCameraOffset) : .file(start: source.startTime ?? Date()))
    }
}

extension StreamInfo {
    /// What the demuxer knows right after opening.
    init(demuxer: Demuxer) {
        let stream = demuxer.stream.pointee
        let rate = [stream.avg_frame_rate, stream.r_frame_rate].first { $0.num > 0 && $0.den > 0 }
        let framesPerSecond = rate.map { Double($0.num) / Double($0.den) }
        self.init(
            codec: String(cString: avcodec_get_name(stream.codecpar.pointee.codec_id)), size: demuxer.declaredSize,
            declaredFramesPerSecond: framesPerSecond.flatMap { (0.01...1000).contains($0) ? $0 : nil },
            hasBFrames: stream.codecpar.pointee.video_delay > 0,
            openedFromDescription: demuxer.openedFromDescription, duration: demuxer.declaredDuration)
    }
}

/// The wall-clock time that libavformat's RTP reader derived from the newest sender report for this access unit.
///
/// - Returns: nanoseconds since 1970; nil where the camera has sent no report.
func senderReportTime(of packet: UnsafeMutablePointer<AVPacket>) -> Int64? {
    var size = 0
    guard let data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &size),
        size >= MemoryLayout<AVProducerReferenceTime>.size
    else { return nil }
    let microseconds = UnsafeRawPointer(data).loadUnaligned(as: AVProducerReferenceTime.self).wallclock
    let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : nanoseconds
}

/// A time stamp in nanoseconds; nil for none.
func nanoseconds(_ stamp: Int64, _ base: AVRational) -> Int64? {
    guard stamp != CFF_NO_PTS else { return nil }
    let value = av_rescale_q(stamp, base, AVRational(num: 1, den: 1_000_000_000))
    return value == .min ? nil : value
}
