import Yams

/// One mapping of a YAML file, read key by key; keys nobody asked for are mistakes.
///
/// Readers return nil for a key that is absent or wrong; what is wrong is collected, so that a person sees every mistake of
/// a file at once.
final class YAMLSection {
    private let mapping: Node.Mapping
    private let keyPath: String
    private let problems: Problems
    private var known: Set<String> = []

    /// Where all sections of one file put what they find.
    final class Problems {
        var list: [ConfigurationError.Problem] = []
    }

    init(_ mapping: Node.Mapping, keyPath: String, problems: Problems) {
        self.mapping = mapping
        self.keyPath = keyPath
        self.problems = problems
    }

    func string(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty else { return fail(key, "wants a text", at: node) }
        return text
    }

    func number(_ key: String, in range: ClosedRange<Double>, unit: String) -> Double? {
        guard let node = node(key) else { return nil }
        guard let value = node.scalar.flatMap({ Double($0.string) }), range.contains(value) else {
            return fail(key, "wants \(unit) from \(range.lowerBound) to \(range.upperBound)", at: node)
        }
        return value
    }

    func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(key) else { return nil }
        guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            return fail(key, "wants a whole number from \(range.lowerBound) to \(range.upperBound)", at: node)
        }
        return value
    }

    /// A number, or a fraction such as `1/255`.
    func fraction(_ key: String) -> Double? {
        guard let node = node(key) else { return nil }
        let parts = (node.scalar?.string ?? "").split(separator: "/").map { Double($0) ?? .nan }
        let value = parts.count == 2 ? parts[0] / parts[1] : parts.count == 1 ? parts[0] : .nan
        guard value.isFinite, value > 0 else {
            return fail(key, "wants a number, or a fraction such as 1/255", at: node)
        }
        return value
    }

    func strings(_ key: String) -> [String]? {
        list(key, "texts") { $0.string.isEmpty ? nil : $0.string }
    }

    func numbers(_ key: String, in range: ClosedRange<Double>) -> [Double]? {
        list(key, "numbers from \(range.lowerBound) to \(range.upperBound)") {
            Double($0.string).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func wholes(_ key: String, in range: ClosedRange<Int>) -> [Int]? {
        list(key, "whole numbers from \(range.lowerBound) to \(range.upperBound)") {
            Int($0.string).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    private func list<Value>(_ key: String, _ what: String, _ read: (Node.Scalar) -> Value?) -> [Value]? {
        guard let node = node(key) else { return nil }
        let items = node.sequence?.map { $0.scalar.flatMap(read) } ?? [nil]
        let values = items.compactMap(\.self)
        guard values.count == items.count, !values.isEmpty else {
            return fail(key, "wants a list of \(what)", at: node)
        }
        return values
    }

    func flag(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        guard let value = node.scalar.flatMap({ ["true": true, "false": false][$0.string] }) else {
            return fail(key, "wants true or false", at: node)
        }
        return value
    }

    func seconds(_ key: String, in range: ClosedRange<Double>) -> Duration? {
        number(key, in: range, unit: "seconds").map { .milliseconds(Int64($0 * 1_000)) }
    }

    /// A size such as `2 GB`, `500 MB` (powers of 1000) or a bare number of bytes.
    func byteCount(_ key: String, atLeast least: Int) -> Int? {
        guard let node = node(key) else { return nil }
        guard let bytes = node.scalar.flatMap({ ByteCount.parse($0.string) }), bytes >= least else {
            return fail(key, "wants a size such as '500 MB' or '2 GB', at least \(least) bytes", at: node)
        }
        return bytes
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ key: String, of type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let node = node(key) else { return nil }
        guard let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) else {
            let words = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
            return fail(key, "wants \(words)", at: node)
        }
        return value
    }

    /// - Parameter orEmpty: a key with nothing behind it means a section with every default.
    func section(_ key: String, orEmpty: Bool = false) -> YAMLSection? {
        if orEmpty, let node = mapping[Node(key)], node.null != nil {
            known.insert(key)
            return YAMLSection(Node.Mapping([], .implicit, .any, node.mark), keyPath: path(key), problems: problems)
        }
        guard let node = node(key) else { return nil }
        guard let inner = node.mapping else { return fail(key, "wants a section of 'key: value' lines", at: node) }
        return YAMLSection(inner, keyPath: path(key), problems: problems)
    }

    func sections(_ key: String) -> [YAMLSection] {
        guard let node = node(key) else { return [] }
        guard let sequence = node.sequence else {
            return fail(key, "wants a list: lines that begin with '- '", at: node) ?? []
        }
        return sequence.enumerated().compactMap { index, item in
            guard let inner = item.mapping else {
                return fail("\(key)[\(index)]", "wants a section of 'key: value' lines", at: item)
            }
            return YAMLSection(inner, keyPath: path("\(key)[\(index)]"), problems: problems)
        }
    }

    /// Runs `make` on a text; an error it throws becomes a problem at the key.
    func converted<Value>(_ key: String, _ make: (String) throws -> Value) -> Value? {
        guard let text = string(key) else { return nil }
        do { return try make(text) } catch { return fail(key, "\(error)", at: mapping[Node(key)]) }
    }

    /// Notes that a key is missing, or has nothing behind it; for required ones.
    func required<Value>(_ key: String, _ value: Value?, _ hint: String) -> Value? {
        if value == nil, mapping[Node(key)].map({ $0.null != nil }) ?? true {
            _ = fail(key, "is missing: \(hint)", at: nil) as Value?
        }
        return value
    }

    /// Notes every key nobody asked for.
    func finish() {
        for (node, _) in mapping {
            guard let key = node.scalar?.string, !known.contains(key) else { continue }
            let list = known.sorted().joined(separator: ", ")
            _ = fail(key, "unknown key; known here: \(list)", at: node) as Never?
        }
    }

    func fail<Value>(_ key: String, _ text: String, at node: Node?) -> Value? {
        let line = (node ?? mapping[Node(key)])?.mark?.line ?? mapping.mark?.line
        problems.list.append(.init(line: line, keyPath: key.isEmpty ? keyPath : path(key), text: text))
        return nil
    }

    private func node(_ key: String) -> Node? {
        known.insert(key)
        guard let node = mapping[Node(key)], node.null == nil else { return nil }
        return node
    }

    private func path(_ key: String) -> String { keyPath.isEmpty ? key : "\(keyPath).\(key)" }
}

/// Sizes as people write them.
enum ByteCount {
    /// Parses `2 GB`, `500MB` or `1048576`; nil for anything else. Powers of 1000, as disks are sold.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units = ["": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12]
        guard let value = Double(digits),
            let unit = units[text.dropFirst(digits.count).trimmingPrefix(while: \.isWhitespace).lowercased()]
        else { return nil }
        return Int(exactly: (value * unit).rounded())
    }
}
