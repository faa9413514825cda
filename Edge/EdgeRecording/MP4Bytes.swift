import Foundation

/// Reads big-endian numbers and boxes of MP4 out of bytes in memory; beyond the end everything is nil. Pure.
struct MP4Bytes {
    let data: Data

    init(_ data: Data) { self.data = data.startIndex == 0 ? data : Data(data) }

    func number(_ offset: Int, _ count: Int) -> UInt64? {
        guard offset >= 0, count <= 8, offset + count <= data.count else { return nil }
        return data[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    func int(_ offset: Int, _ count: Int = 4) -> Int? { number(offset, count).flatMap(Int.init(exactly:)) }

    func name(_ offset: Int) -> String? {
        guard offset >= 0, offset + 4 <= data.count else { return nil }
        return String(bytes: data[offset..<offset + 4], encoding: .isoLatin1)
    }

    /// The content of the first box named `name` between two offsets.
    func box(_ name: String, in range: Range<Int>) -> Range<Int>? {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            guard let size = int(offset), size >= 8, offset + size <= range.upperBound else { return nil }
            if self.name(offset + 4) == name { return offset + 8..<offset + size }
            offset += size
        }
        return nil
    }

    /// The content of a box inside boxes.
    func box(path: [String]) -> Range<Int>? {
        path.reduce(Optional(0..<data.count)) { range, name in range.flatMap { box(name, in: $0) } }
    }
}

extension Data {
    mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// Overwrites bytes with a number.
    mutating func replaceBigEndian<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        Swift.withUnsafeBytes(of: number.bigEndian) { bytes in
            replaceSubrange(startIndex + offset..<startIndex + offset + bytes.count, with: bytes)
        }
    }
}
