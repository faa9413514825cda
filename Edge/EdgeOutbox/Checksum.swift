import Foundation

/// FNV-1a, 64 bit, over what a row holds.
///
/// SQLite's `quick_check` finds broken structure but not a flipped bit inside a value; this finds both a changed body
/// and a body under a changed number. It guards against decay, not against an attacker: the signature does that later.
struct Checksum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: Data) {
        bytes.withUnsafeBytes { buffer in
            for byte in buffer { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
    }

    mutating func add(_ number: Int64) {
        var rest = UInt64(bitPattern: number)
        for _ in 0..<8 {
            value = (value ^ (rest & 0xff)) &* 0x100_0000_01b3
            rest >>= 8
        }
    }

    /// As SQLite keeps integers.
    var stored: Int64 { Int64(bitPattern: value) }

    static func of(_ number: Int64, _ bytes: Data) -> Int64 {
        var sum = Checksum()
        sum.add(number)
        sum.add(bytes)
        return sum.stored
    }
}
