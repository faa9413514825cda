/// What a `Range` header (RFC 9110, section 14) means for a file. Pure.
enum ByteRange: Hashable, Sendable {
    /// Send all of it: no range was asked for, or one that a server may ignore (several ranges, other units).
    case whole
    case part(Range<Int64>)
    /// Nothing of what was asked for exists.
    case unsatisfiable

    init(_ header: String?, of byteCount: Int64) {
        guard let header, header.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let first = Self.number(bounds[0]), let last = Self.number(bounds[1]) else {
            self = .whole
            return
        }
        self = Self.resolve(first, last, byteCount)
    }

    private static func resolve(_ first: Int64?, _ last: Int64?, _ byteCount: Int64) -> ByteRange {
        switch (first, last) {
        case (nil, nil): .whole
        case (nil, let suffix?):
            suffix > 0 && byteCount > 0 ? .part(max(0, byteCount - suffix)..<byteCount) : .unsatisfiable
        case (let first?, let last?) where last < first: .whole
        case (let first?, let last):
            first < byteCount ? .part(first..<min(byteCount, (last ?? .max - 1) + 1)) : .unsatisfiable
        }
    }

    /// Nil for what is no number, `.some(nil)` for an absent one.
    private static func number(_ text: Substring) -> Int64?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // Beyond 18 digits: further than any file reaches.
        return .some(text.utf8.count > 18 ? .max - 1 : Int64(text))
    }
}
