public import EventModel

/// What a camera really sends, measured: for the installer, before anything is calibrated.
public struct StreamReport: Hashable, Sendable, Encodable {
    /// The address without credentials, or the path.
    public var url: String
    /// `h264`, `hevc`, `mjpeg` …
    public var codec: String
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// Measured by the stream's own time stamps; 0 when fewer than two pictures came.
    public var framesPerSecond: Double
    /// As declared; nil where nothing credible is.
    public var declaredFramesPerSecond: Double?
    /// The longest distance of two key frames; nil when fewer than two were seen.
    public var gopSeconds: Double?
    /// True when pictures are sent in another order than they are shown.
    public var bFrames: Bool
    /// Where capture times come from.
    public var clock: ClockOrigin
    /// The camera's clock minus this machine's; nil without sender reports.
    public var cameraClockOffsetSeconds: Double?
    /// From the start of connecting to the first picture.
    public var firstFrameSeconds: Double
    /// Of the video alone; nil when the sample is too short to tell.
    public var bitsPerSecond: Double?
    /// False when time stamps stood still or went back.
    public var timesAreMonotonic: Bool
    /// True when pictures come at uneven distances.
    public var rateVaries = false
    /// How often time stamps leapt, back or ahead of real time, by more than a second.
    public var timeJumps = 0
    /// The codecs of audio tracks beside the video; they are not read.
    public var audioCodecs: [String] = []
    /// True when the stream's description carries what the decoder needs, so that opening is quick.
    public var describesItself: Bool
    /// Pictures decoded in the sample.
    public var framesDecoded: UInt64
    /// Damaged access units and pictures in the sample.
    public var decodeErrors: UInt64
    /// What to change on the camera, in plain words.
    public var warnings: [String]
}

extension StreamReport {
    /// What to change on the camera. Pure: judges the other fields.
    ///
    /// - Parameter isLive: false for a file, to which some advice does not apply.
    func advice(isLive: Bool) -> [String] {
        let findings: [String?] = [
            sizeAdvice, rateAdvice, evennessAdvice, gopAdvice(isLive), bFrameAdvice, codecAdvice, timeAdvice,
            jumpAdvice,
            clockAdvice(isLive), descriptionAdvice(isLive), damageAdvice, audioAdvice(isLive),
        ]
        return findings.compactMap { $0 }
    }

    private var sizeAdvice: String? {
        width < 640 || height < 360
            ? "the picture is only \(width) × \(height): distant vehicles are too small; use the main stream" : nil
    }

    private var rateAdvice: String? {
        guard framesPerSecond > 0 else { return "fewer than two pictures came: nothing could be measured" }
        if framesPerSecond < 5 {
            return "only \(Self.number(framesPerSecond)) frames a second: fast vehicles are missed; set at least 10"
        }
        guard let declared = declaredFramesPerSecond, abs(declared - framesPerSecond) > 0.1 * declared else {
            return nil
        }
        let rates =
            "the stream declares \(Self.number(declared)) frames a second but delivers "
            + Self.number(framesPerSecond)
        return declared > framesPerSecond
            ? "\(rates): the camera may be overloaded, or lengthens its exposure in the dark; lower its resolution or bit "
                + "rate, or set the shutter to 1/25 s or shorter"
            : "\(rates): the declaration is wrong, which does no harm"
    }

    private var evennessAdvice: String? {
        rateVaries
            ? "pictures come at uneven distances: fast vehicles may be missed; choose a constant frame rate and switch "
                + "\"smart\" coding (H.264+, H.265+, dynamic frame rate) off" : nil
    }

    private func gopAdvice(_ isLive: Bool) -> String? {
        guard codec != "mjpeg", framesPerSecond > 0 else { return nil }
        guard let gopSeconds else {
            return isLive
                ? "fewer than two key frames were seen: after a disturbance the picture may stay away for long; "
                    + "set the key frame (I-frame) interval to 2 seconds" : nil
        }
        if gopSeconds > 10 {
            return
                "key frames are \(Self.number(gopSeconds)) s apart, more than the 10 s that are kept: what was before an "
                + "alert may be missing, and the camera costs several times the processor time; set the key frame "
                + "(I-frame) interval to 2 seconds"
        }
        return gopSeconds > 4
            ? "key frames are \(Self.number(gopSeconds)) s apart: set the key frame (I-frame) interval to 2 seconds"
            : nil
    }

    private var bFrameAdvice: String? {
        bFrames
            ? "the stream has B-frames, which delay the picture: choose the Baseline or Main profile without them" : nil
    }

    private var codecAdvice: String? {
        switch codec {
        case "h264": nil
        case "hevc":
            "H.265 costs about a third more decoding time than H.264 here: choose H.264 where the network allows"
        case "mjpeg": "MJPEG takes five to ten times the network and disk of H.264: choose H.264"
        default: "\(codec) is unusual for cameras: choose H.264"
        }
    }

    private var timeAdvice: String? {
        timesAreMonotonic
            ? nil : "time stamps stand still or go back: speeds are unreliable; update the camera's firmware"
    }

    private var jumpAdvice: String? {
        timeJumps > 0
            ? "time stamps leapt \(timeJumps) times by more than a second: what is on the picture then cannot be timed; "
                + "update the camera's firmware, and let it set its clock slowly (NTP)" : nil
    }

    private func audioAdvice(_ isLive: Bool) -> String? {
        isLive && !audioCodecs.isEmpty
            ? "there is sound beside the picture (\(audioCodecs.joined(separator: ", "))): it is not read and does no harm; "
                + "switch it off where nobody may listen" : nil
    }

    private func clockAdvice(_ isLive: Bool) -> String? {
        guard isLive else { return nil }
        if let offset = cameraClockOffsetSeconds, abs(offset) > 1 {
            return "the camera's clock is \(Self.number(offset)) s off this machine's: set the same NTP server on both"
        }
        return clock == .arrival
            ? "the camera sent no usable clock report (RTCP) during the test: times come from arrival here, some tenths of a "
                + "second late; switch its NTP on" : nil
    }

    private func descriptionAdvice(_ isLive: Bool) -> String? {
        isLive && !describesItself
            ? "the stream's description (SDP) lacks the parameter sets: each connection takes about a second longer"
            : nil
    }

    private var damageAdvice: String? {
        decodeErrors > 0
            ? "\(decodeErrors) damaged pictures: check the cable and network, or use TCP transport" : nil
    }

    private static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }
}
