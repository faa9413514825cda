import Foundation

/// What a `moof` box says about its part. Pure.
struct FragmentHeader: Hashable {
    /// Ticks from the file's beginning.
    var decode: Int64
    /// Ticks.
    var duration: Int64
    var isKey: Bool
    /// Where the decoding time's eight bytes and the running number's four lie, from the begin of the box.
    var decodeOffset: Int
    var numberOffset: Int

    private static let isNotSync: UInt64 = 0x1_0000

    /// Reads a whole `moof` box with one track; nil where it is broken.
    init?(_ moof: Data) {
        let bytes = MP4Bytes(moof)
        guard let number = bytes.box(path: ["moof", "mfhd"]), number.count >= 8,
            let header = bytes.box(path: ["moof", "traf", "tfhd"]),
            let time = bytes.box(path: ["moof", "traf", "tfdt"]), bytes.int(time.lowerBound, 1) == 1,
            let decode = bytes.int(time.lowerBound + 4, 8),
            let run = bytes.box(path: ["moof", "traf", "trun"]),
            let defaults = Defaults(bytes, header), let samples = Samples(bytes, run, defaults)
        else { return nil }
        self.decode = Int64(decode)
        duration = samples.duration
        isKey = samples.firstFlags & Self.isNotSync == 0
        decodeOffset = time.lowerBound + 4
        numberOffset = number.lowerBound + 4
    }

    private struct Defaults {
        var duration: Int64 = 0
        var flags: UInt64 = 0

        init?(_ bytes: MP4Bytes, _ box: Range<Int>) {
            guard let present = bytes.int(box.lowerBound) else { return nil }
            var offset = box.lowerBound + 8
            if present & 1 != 0 { offset += 8 }
            if present & 2 != 0 { offset += 4 }
            if present & 8 != 0 {
                guard let value = bytes.int(offset) else { return nil }
                duration = Int64(value)
                offset += 4
            }
            if present & 16 != 0 { offset += 4 }
            if present & 32 != 0 {
                guard let value = bytes.number(offset, 4) else { return nil }
                flags = value
            }
        }
    }

    private struct Samples {
        var duration: Int64 = 0
        var firstFlags: UInt64

        init?(_ bytes: MP4Bytes, _ box: Range<Int>, _ defaults: Defaults) {
            guard let present = bytes.int(box.lowerBound), let count = bytes.int(box.lowerBound + 4) else { return nil }
            let fields = [0x100, 0x200, 0x400, 0x800].map { present & $0 != 0 ? 4 : 0 }
            var offset = box.lowerBound + 8 + (present & 1 != 0 ? 4 : 0)
            firstFlags = defaults.flags
            if present & 4 != 0 {
                guard let flags = bytes.number(offset, 4) else { return nil }
                firstFlags = flags
                offset += 4
            }
            let size = fields.reduce(0, +)
            guard count > 0, offset + count * size <= box.upperBound else { return nil }
            if present & 0x404 == 0x400, let flags = bytes.number(offset + fields[0] + fields[1], 4) {
                firstFlags = flags
            }
            duration =
                fields[0] == 0
                ? defaults.duration * Int64(count)
                : (0..<count).reduce(0) { $0 + Int64(bytes.int(offset + $1 * size) ?? 0) }
        }
    }
}
