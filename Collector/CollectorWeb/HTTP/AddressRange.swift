import Glibc
import NIOCore

/// An IP address, or a range of them such as `10.0.0.0/8` or `fd00::/8`.
struct AddressRange: Sendable {
    private let prefix: [UInt8]
    private let bitCount: Int

    /// Nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(String(parts[0])) else { return nil }
        prefix = bytes
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
            bitCount = bits
        } else {
            bitCount = bytes.count * 8
        }
    }

    /// Whether an address of four or sixteen bytes lies inside.
    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == prefix.count else { return false }
        return (0..<bitCount).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return address[bit / 8] & mask == prefix[bit / 8] & mask
        }
    }

    /// Four or sixteen bytes of an address; an IPv4 address mapped into IPv6 has four. Nil for other text.
    static func bytes(_ text: String) -> [UInt8]? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }  // other text: no address
        switch address {
        case .v4(let four):
            return withUnsafeBytes(of: four.address.sin_addr) { Array($0) }
        case .v6(let six):
            let bytes = withUnsafeBytes(of: six.address.sin6_addr) { Array($0) }
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
            return isMapped ? Array(bytes.suffix(4)) : bytes
        case .unixDomainSocket:
            return nil
        }
    }
}
