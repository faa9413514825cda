import EdgeCore
import Foundation

/// Finds what a decoder must know beforehand inside a key frame: SPS and PPS (and VPS of H.265), as Annex B. Pure.
///
/// Cameras without `sprop-parameter-sets` send them only there, and a camera whose resolution was changed sends new ones.
enum ParameterSets {
    /// The sets before the first slice; nil unless they are complete.
    static func inBand(_ payload: UnsafeRawBufferPointer, _ coding: VideoFormat.Coding) -> Data? {
        guard coding == .h264 || coding == .h265 else { return nil }
        var found = Data()
        var kinds = Set<Kind>()
        var position = startCode(payload, from: 0)
        while let begin = position, begin < payload.count {
            let kind = Kind(payload[begin], coding)
            if kind == .slice { break }
            let next = startCode(payload, from: begin)
            if kind != .other {
                kinds.insert(kind)
                found.append(contentsOf: [0, 0, 0, 1])
                found.append(contentsOf: payload[begin..<unitEnd(payload, begin, next)])
            }
            position = next
        }
        let needed: Set<Kind> = coding == .h264 ? [.sequence, .picture] : [.video, .sequence, .picture]
        return needed.isSubset(of: kinds) ? found : nil
    }

    private enum Kind {
        case slice, video, sequence, picture, other

        init(_ header: UInt8, _ coding: VideoFormat.Coding) {
            switch coding == .h264 ? Int(header & 31) : Int(header >> 1 & 63) + 100 {
            case 1...5, 100...131: self = .slice
            case 132: self = .video
            case 7, 133: self = .sequence
            case 8, 134: self = .picture
            default: self = .other
            }
        }
    }

    /// The first byte after the next 00 00 01 at or after `from`.
    private static func startCode(_ bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        var index = from + 2
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 1 && bytes[index - 1] == 0 && bytes[index - 2] == 0 { return index + 1 }
            index += byte > 1 ? 3 : 1
        }
        return nil
    }

    /// Zeros before the next start code belong to it.
    private static func unitEnd(_ bytes: UnsafeRawBufferPointer, _ begin: Int, _ next: Int?) -> Int {
        var end = next.map { $0 - 3 } ?? bytes.count
        while end > begin && bytes[end - 1] == 0 { end -= 1 }
        return end
    }
}

/// Reads the size out of a JPEG's frame header. Pure.
enum JPEGHeader {
    static func size(_ bytes: UnsafeRawBufferPointer) -> (width: Int, height: Int)? {
        var index = 2
        while index + 9 < bytes.count, bytes[index] == 0xFF {
            let marker = bytes[index + 1]
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame {
                return (
                    Int(bytes[index + 7]) << 8 | Int(bytes[index + 8]),
                    Int(bytes[index + 5]) << 8 | Int(bytes[index + 6])
                )
            }
            index += 2 + (Int(bytes[index + 2]) << 8 | Int(bytes[index + 3]))
        }
        return nil
    }
}
