public import EventModel
public import Foundation

/// How a stream is compressed, and what its decoder and a container need to know beforehand.
public struct VideoFormat: Hashable, Sendable {
    /// The codings that cameras use; others come from files.
    public enum Coding: Hashable, Sendable {
        case h264
        case h265
        case motionJPEG
        /// libavcodec's number of another coding.
        case other(UInt32)
    }

    /// How pictures are compressed.
    public var coding: Coding
    /// Pixels as the stream's description says; nil where it does not.
    public var size: FrameSize?
    /// Parameter sets as libavformat hands them over (Annex B, or an `avcC`/`hvcC` box); empty where they only come
    /// with the key frames.
    public var parameterSets: Data
    /// Whether parts of an access unit begin with their length (files) instead of a start code (RTP).
    public var isLengthPrefixed: Bool { parameterSets.first == 1 && coding != .motionJPEG }

    /// Makes a format.
    public init(coding: Coding, size: FrameSize?, parameterSets: Data) {
        self.coding = coding
        self.size = size
        self.parameterSets = parameterSets
    }
}

/// One compressed picture (access unit) with its times. Immutable, shared by decoder, recorder and evidence.
///
/// The payload is the memory that the demuxer filled: it is never copied. One small object a packet is allocated;
/// libavformat allocates the payload itself anew for each packet anyway.
public final class VideoPacket: @unchecked Sendable {  // immutable; `owner` keeps the payload alive and unchanged
    /// Counts the unbroken connections to the camera, from 1. Stream times compare only within one session.
    public let session: Int
    /// How the session's stream is compressed.
    public let format: VideoFormat
    /// When the picture was taken.
    public let time: FrameTime
    /// Stream time at which the decoder needs it: rises from packet to packet of a session.
    public let decodeTime: Duration
    /// A decoder can begin here.
    public let isKey: Bool
    /// The host's steady clock when it arrived, in nanoseconds; 0 for files.
    public let arrivalNanoseconds: Int64
    /// The compressed bytes.
    public let payload: UnsafeRawBufferPointer
    /// Keeps the payload alive; its maker may know it again.
    public let owner: AnyObject

    /// Makes a packet over memory of `owner`, which nobody writes to any more.
    public init(
        session: Int, format: VideoFormat, time: FrameTime, decodeTime: Duration, isKey: Bool,
        arrivalNanoseconds: Int64, payload: UnsafeRawBufferPointer, owner: AnyObject
    ) {
        self.session = session
        self.format = format
        self.time = time
        self.decodeTime = decodeTime
        self.isKey = isKey
        self.arrivalNanoseconds = arrivalNanoseconds
        self.payload = payload
        self.owner = owner
    }
}
