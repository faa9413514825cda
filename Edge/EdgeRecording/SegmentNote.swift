import EventModel
import Foundation

/// What a recorded file says about itself, in a box of our own behind the header: so that the index can be made again
/// from the files alone. Players skip boxes that they do not know.
struct SegmentNote: Codable, Hashable, Sendable {
    var camera: CameraID
    var session: Int
    /// Stream time of the file's time 0, in nanoseconds.
    var origin: Int64

    private static let identifier = Data("NgaTu segment 1\0".utf8)

    /// The note as a `uuid` box.
    func box() -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let body = try? encoder.encode(self) else { return Data() }  // three plain values always encode
        var box = Data()
        box.appendBigEndian(UInt32(24 + body.count))
        box.append(Data("uuid".utf8) + Self.identifier + body)
        return box
    }

    /// Reads a whole `uuid` box; nil for anybody else's.
    init?(box: Data) {
        guard box.count > 24, Data(box.dropFirst(8).prefix(16)) == Self.identifier,
            let note = try? JSONDecoder().decode(Self.self, from: Data(box.dropFirst(24))),  // broken: as good as none
            note.origin.magnitude < 1 << 62
        else { return nil }
        self = note
    }

    init(camera: CameraID, session: Int, origin: Int64) {
        (self.camera, self.session, self.origin) = (camera, session, origin)
    }
}

/// The `prft` box (ISO 14496-12) before each part: the UTC of its first picture.
enum ReferenceTime {
    static let byteCount = 32
    /// Where the media time lies.
    static let ticksOffset = 24
    /// From 1900, where NTP begins, to 1970.
    private static let epochSeconds: Int64 = 2_208_988_800

    static func box(microseconds: Int64, ticks: Int64) -> Data {
        var box = Data()
        box.appendBigEndian(UInt32(byteCount))
        box.append(Data("prft".utf8))
        box.appendBigEndian(UInt32(0x0100_0000))
        box.appendBigEndian(UInt32(1))
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let floored = rest < 0 ? (seconds - 1, rest + 1_000_000) : (seconds, rest)
        box.appendBigEndian(UInt32(truncatingIfNeeded: floored.0 + epochSeconds))
        box.appendBigEndian(UInt32(truncatingIfNeeded: (floored.1 << 32 + 500_000) / 1_000_000))
        box.appendBigEndian(ticks)
        return box
    }

    /// Microseconds since 1970; nil for a broken box. NTP's 32 bits of seconds count again from zero in 2036.
    static func microseconds(_ box: Data) -> Int64? {
        let bytes = MP4Bytes(box)
        guard bytes.name(4) == "prft", let seconds = bytes.int(16), let fraction = bytes.number(20, 4) else {
            return nil
        }
        let era: Int64 = seconds < 1 << 31 ? 1 << 32 : 0
        let whole = (Int64(seconds) + era - epochSeconds) * 1_000_000
        return whole + Int64((fraction * 1_000_000 + 1 << 31) >> 32)
    }
}
