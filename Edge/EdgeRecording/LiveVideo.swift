public import EdgeCore
import EventModel
public import Foundation
import Synchronization

/// A camera's stream as fragmented MP4 while it comes: a header, then a part for each key frame, or each second where those
/// are further apart. Follows the packet ring and never holds it up. Any thread, one call at a time waits.
public final class LiveVideo: Sendable {
    /// What is there now.
    public enum Piece: Hashable, Sendable {
        /// Bytes to send on; the header comes by itself, first.
        case content(Data)
        /// Nothing yet: ask again soon.
        case waiting
        /// Nothing more will come.
        case ended(Ending)
    }

    /// Why a stream ended.
    public enum Ending: String, Hashable, Sendable {
        /// The camera connected anew or changed its format: begin again.
        case changed
        /// Whoever reads is slower than the camera, by more than the ring holds.
        case tooSlow
        /// The camera was stopped.
        case closed
    }

    /// UTC of the first picture.
    public let begin: Date
    private let ring: PacketRing
    private let work: Mutex<Work>

    fileprivate struct Work {
        var muxer: PacketMuxer
        var position: Int
        var header: Data?
        var ending: Ending?
    }

    /// Begins at the newest key frame.
    ///
    /// - Throws: ``RecordingError`` of kind `notRecorded` while there is none, `unsupported` where MP4 does not take the stream.
    public init(_ ring: PacketRing) throws(RecordingError) {
        guard let position = ring.keyPosition(before: ring.end), case .packet(let key) = ring.read(position) else {
            throw RecordingError(.notRecorded, "no key frame has come yet")
        }
        let known = ring.snapshot().filter { $0.session == key.session }
        let muxer = try PacketMuxer(
            from: key, key: key, lateness: PacketMuxer.lateness(known), cut: .secondsAndKeys)
        self.ring = ring
        begin = key.time.capturedAt
        work = Mutex(Work(muxer: muxer, position: position, header: muxer.header))
    }

    /// The next bytes, without waiting.
    ///
    /// - Throws: ``RecordingError`` of kind `unsupported` where MP4 does not take a picture.
    public func next() throws(RecordingError) -> Piece {
        try work.withLock { work throws(RecordingError) in try work.next(ring) }
    }
}

extension LiveVideo.Work {
    fileprivate mutating func next(_ ring: PacketRing) throws(RecordingError) -> LiveVideo.Piece {
        if let header {
            self.header = nil
            return .content(header)
        }
        while ending == nil {
            switch ring.read(position) {
            case .packet(let packet):
                position += 1
                guard case .taken(let part) = try muxer.append(packet) else { return try end(.changed) }
                if let part { return .content(part.content) }
            case .missed: ending = .tooSlow
            case .timeout: return .waiting
            case .closed: return try end(.closed)
            }
        }
        return .ended(ending ?? .closed)
    }

    /// What is there is still told.
    private mutating func end(_ ending: LiveVideo.Ending) throws(RecordingError) -> LiveVideo.Piece {
        self.ending = ending
        return try muxer.finish().map { .content($0.content) } ?? .ended(ending)
    }
}
