import Foundation

/// Writes JSON objects to standard output, one a line, in the order of their times.
///
/// A rule may decide a while after what it decides about (a vehicle found again behind a bus), so lines are held back
/// for ``patience`` of stream time.
struct JSONLines {
    /// A little more than the longest time that a tracker waits for a track to come back.
    static let patience = 70.0

    private let encoder = JSONEncoder()
    private var waiting: [(time: Double, line: Data)] = []
    private var sweptAt = 0.0

    init() { encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes] }

    /// Takes a line; writes those that nothing earlier can precede any more.
    ///
    /// - Parameter time: seconds of stream time.
    mutating func write(_ value: some Encodable, at time: Double) throws {
        waiting.append((time, try encoder.encode(value) + [UInt8(ascii: "\n")]))
        guard time > sweptAt + Self.patience else { return }
        sweptAt = time
        try flush(before: time - Self.patience)
    }

    /// Writes a line that stands for itself.
    mutating func write(_ value: some Encodable) throws {
        try flush()
        try FileHandle.standardOutput.write(contentsOf: try encoder.encode(value) + [UInt8(ascii: "\n")])
    }

    /// Writes what waits; throws where standard output is closed or full.
    mutating func flush() throws { try flush(before: .infinity) }

    private mutating func flush(before time: Double) throws {
        // Stable: lines of the same moment stay in the order in which they came.
        let sorted = waiting.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let ready = sorted.prefix { $0.element.time < time }
        try FileHandle.standardOutput.write(contentsOf: ready.reduce(into: Data()) { $0 += $1.element.line })
        waiting = sorted.dropFirst(ready.count).map(\.element)
    }
}
