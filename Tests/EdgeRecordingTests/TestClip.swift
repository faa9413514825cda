import CFFmpeg
import EdgeCore
import EventModel
import Foundation
import Synchronization
import TestSupport

/// Videos made on the spot by the ffmpeg program, and read as a camera's packets.
enum TestClip {
    static let isAvailable = TestProgram.isInstalled("ffmpeg")

    private static let root: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ngatu-recording-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { TestClip.clean() }
        return folder
    }()

    private static func clean() { try? FileManager.default.removeItem(at: root) }

    /// A folder that nobody else uses.
    static func folder() -> String {
        let own = root.appending(path: UUID().uuidString)
        try? FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        return own.path
    }

    /// How a clip is made.
    struct Recipe: Hashable {
        var seconds = 10
        var size = "160x120"
        var gop = 50
        var bFrames = 0
        var encoder = "libx264"
        var bitRate = "200k"
        /// Parameter sets only with the key frames, as cameras without `sprop-parameter-sets` send them.
        var isAnnexB = true
    }

    /// A clip's packets, 25 a second, session 1.
    static func packets(_ recipe: Recipe = Recipe(), session: Int = 1, hidesSets: Bool = false) throws -> [VideoPacket]
    {
        try read(try file(recipe), session: session, hidesSets: hidesSets)
    }

    private static let made = Mutex<[Recipe: String]>([:])

    /// Each recipe is encoded once a run.
    private static func file(_ recipe: Recipe) throws -> String {
        try made.withLock { made in
            if let path = made[recipe] { return path }
            let path = try makeFile(recipe)
            made[recipe] = path
            return path
        }
    }

    private static func makeFile(_ recipe: Recipe) throws -> String {
        let path = folder() + (recipe.isAnnexB ? "/clip.ts" : "/clip.mp4")
        var arguments = ["-v", "error", "-nostdin", "-y", "-f", "lavfi"]
        arguments += ["-i", "testsrc=size=\(recipe.size):rate=25:duration=\(recipe.seconds)", "-pix_fmt", "yuv420p"]
        switch recipe.encoder {
        case "libx264":
            arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "\(recipe.bFrames)", "-sc_threshold", "0"]
        case "libx265":
            let settings = "log-level=none:bframes=\(recipe.bFrames):scenecut=0:open-gop=0"
            arguments += ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", settings]
        default: arguments += ["-c:v", recipe.encoder, "-pix_fmt", "yuvj420p"]
        }
        arguments += ["-g", "\(recipe.gop)", "-b:v", recipe.bitRate]
        if recipe.encoder == "mjpeg" { return try encode(arguments, folder() + "/clip.mkv") }
        return try encode(arguments, path)
    }

    private static func encode(_ arguments: [String], _ path: String) throws -> String {
        try TestProgram.run("ffmpeg", arguments + ["-threads", "1", path])
        return path
    }

    private static func read(_ path: String, session: Int, hidesSets: Bool) throws -> [VideoPacket] {
        var context: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_open_input(&context, path, nil, nil) >= 0, avformat_find_stream_info(context, nil) >= 0,
            let context, let stream = context.pointee.streams[0]
        else { throw TestProgram.Failure(message: "cannot read \(path)") }
        var opened: UnsafeMutablePointer<AVFormatContext>? = context
        defer { avformat_close_input(&opened) }
        let parameters = stream.pointee.codecpar.pointee
        let sets = Data(UnsafeBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size)))
        let format = VideoFormat(
            coding: coding(parameters.codec_id), size: nil, parameterSets: hidesSets ? Data() : sets)
        var packets: [VideoPacket] = []
        var origin: Int64?
        while true {
            let memory = PacketBytes()
            guard av_read_frame(context, memory.packet) >= 0 else { return packets }
            let base = stream.pointee.time_base
            let scale = { (stamp: Int64) in stamp * 1_000_000_000 * Int64(base.num) / Int64(base.den) }
            let start = origin ?? memory.packet.pointee.pts
            origin = start
            packets.append(memory.makePacket(session, format, start, scale))
        }
    }

    private static func coding(_ id: AVCodecID) -> VideoFormat.Coding {
        switch id {
        case AV_CODEC_ID_H264: .h264
        case AV_CODEC_ID_HEVC: .h265
        case AV_CODEC_ID_MJPEG: .motionJPEG
        default: .other(id.rawValue)
        }
    }
}

/// Owns one AVPacket.
private final class PacketBytes {
    let packet: UnsafeMutablePointer<AVPacket>
    init() { packet = av_packet_alloc() }
    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    func makePacket(_ session: Int, _ format: VideoFormat, _ origin: Int64, _ scale: (Int64) -> Int64) -> VideoPacket {
        let presentation = scale(packet.pointee.pts - origin)
        let decode = packet.pointee.dts == CFF_NO_PTS ? presentation : scale(packet.pointee.dts - origin)
        var time = makeFrameTime(Double(presentation) / 1e9)
        time.presentation = .nanoseconds(presentation)  // exactly, for comparisons
        return VideoPacket(
            session: session, format: format, time: time,
            decodeTime: .nanoseconds(decode), isKey: packet.pointee.flags & AV_PKT_FLAG_KEY != 0,
            arrivalNanoseconds: 0,
            payload: UnsafeRawBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)), owner: self)
    }
}

extension VideoPacket {
    /// An H.264 key frame from its slice on.
    var withoutParameterSets: VideoPacket {
        let slice = payload.indices.first { index in
            index + 3 < payload.count && payload[index] == 0 && payload[index + 1] == 0 && payload[index + 2] == 1
                && payload[index + 3] & 31 == 5
        }
        return VideoPacket(
            session: session, format: format, time: time, decodeTime: decodeTime, isKey: isKey,
            arrivalNanoseconds: arrivalNanoseconds, payload: UnsafeRawBufferPointer(rebasing: payload[(slice ?? 0)...]),
            owner: self)
    }

    /// The same picture at another time or of another session or format.
    func moved(
        session: Int? = nil, by seconds: Double = 0, clockBy: Double = 0, format: VideoFormat? = nil
    ) -> VideoPacket {
        let time = FrameTime(
            presentation: self.time.presentation + .seconds(seconds),
            capturedAt: self.time.capturedAt.addingTimeInterval(seconds + clockBy), clock: self.time.clock)
        return VideoPacket(
            session: session ?? self.session, format: format ?? self.format, time: time,
            decodeTime: decodeTime + .seconds(seconds), isKey: isKey, arrivalNanoseconds: arrivalNanoseconds,
            payload: payload, owner: self)
    }
}

/// What the ffmpeg programs say about a file.
struct Playback {
    /// Pictures decoded; a broken file throws instead.
    var frameCount: Int
    var codec: String
    var width: Int
    /// Presentation times in seconds, rising.
    var times: [Double]

    init(_ path: String) throws {
        try TestProgram.run("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-f", "null", "-"])
        let text = try TestProgram.run(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width:frame=pts_time",
                "-of",
                "default=noprint_wrappers=1:nokey=0", path,
            ])
        let lines = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        let values = { (key: String) in lines.filter { $0.count == 2 && $0[0] == key }.map { $0[1] } }
        times = values("pts_time").compactMap(Double.init)
        frameCount = times.count
        codec = values("codec_name").first ?? ""
        width = values("width").first.flatMap { Int($0) } ?? 0
    }
}
