/// Which bytes of a file a browser asks for: the header `Range` (RFC 9110, section 14).
enum ByteRange: Hashable, Sendable {
    /// All of it: no range, one that is not understood, or several at once, which the standard lets a server ignore.
    case whole
    /// These bytes.
    case part(Range<Int64>)
    /// None of them exist.
    case unsatisfiable

    /// - Parameter byteCount: the file's size, above 0.
    init(_ header: String?, byteCount: Int64) {
        self = .whole
        guard let header, let match = header.wholeMatch(of: /bytes=([0-9]{0,18})-([0-9]{0,18})/) else { return }
        switch (Int64(match.1), Int64(match.2)) {
        case (let first?, let last?):
            guard first <= last else { return }  // malformed: to be ignored
            self = first < byteCount ? .part(first..<min(last + 1, byteCount)) : .unsatisfiable
        case (let first?, nil): self = first < byteCount ? .part(first..<byteCount) : .unsatisfiable
        case (nil, let count?): self = count > 0 ? .part(max(0, byteCount - count)..<byteCount) : .unsatisfiable
        case (nil, nil): return
        }
    }
}
