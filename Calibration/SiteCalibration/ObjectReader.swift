import EventModel

/// Reads the members of one JSON object and notes everything that is wrong, with its key path.
struct ObjectReader {
    /// The key path of the object; empty for the whole file.
    let path: String
    /// Found so far.
    private(set) var problems: [SiteProblem] = []
    private let members: [String: JSONValue]

    /// Notes a problem where the value is no object; then every member is missing without another complaint.
    init(_ value: JSONValue, path: String) {
        self.path = path
        if case .object(let members) = value {
            self.members = members
        } else {
            members = [:]
            problems.append(SiteProblem(path: path, message: "must be an object { … }, not \(value.kind)"))
        }
    }

    /// The key path of a member.
    func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Notes a problem of a member.
    mutating func note(_ key: String, _ message: String) {
        problems.append(SiteProblem(path: path(key), message: message))
    }

    /// Takes over the problems of a part.
    mutating func add(_ others: [SiteProblem]) { problems += others }

    /// Notes every member that is not in the list.
    mutating func rejectKeys(except known: [String]) {
        for key in members.keys.sorted() where !known.contains(key) {
            note(key, "unknown key" + suggestion(for: key, among: known))
        }
    }

    /// Whether the member stands there, rightly or wrongly.
    func has(_ key: String) -> Bool { members[key] != nil }

    /// A member that may be left out; nil and a note where `convert` refuses it.
    mutating func optional<Value>(_ key: String, _ expected: String, _ convert: (JSONValue) -> Value?) -> Value? {
        guard let value = members[key] else { return nil }
        if let converted = convert(value) { return converted }
        note(key, "must be \(expected), not \(value.kind)")
        return nil
    }

    /// A member that must be there.
    mutating func required<Value>(_ key: String, _ expected: String, _ convert: (JSONValue) -> Value?) -> Value? {
        guard has(key) else {
            if !isBroken { note(key, "missing: write \(expected)") }
            return nil
        }
        return optional(key, expected, convert)
    }

    /// The elements of a list with their key paths; empty where the member is left out.
    mutating func elements(_ key: String) -> [(path: String, value: JSONValue)] {
        let list: [JSONValue] = optional(key, "a list [ … ]", \.array) ?? []
        return list.enumerated().map { (path: "\(path(key))[\($0.offset)]", value: $0.element) }
    }

    /// One of the words of an enumeration; the words are named in the note where it is none of them.
    mutating func word<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        guard let text = required(key, "one of " + words.joined(separator: ", "), \.string) else { return nil }
        guard let value = Value(rawValue: text) else {
            note(key, "'\(text.prefix(40))' is not known" + suggestion(for: text, among: words))
            return nil
        }
        return value
    }

    /// Whether the value was no object at all.
    private var isBroken: Bool { problems.contains { $0.path == path } }
}

extension JSONValue {
    var array: [JSONValue]? { if case .array(let list) = self { list } else { nil } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var double: Double? { if case .number(let value) = self { value } else { nil } }
    var integer: Int? { double.flatMap { Int(exactly: $0) } }

    /// `[x, y]`.
    var pair: Point? {
        guard let list = array, list.count == 2, let x = list[0].double, let y = list[1].double else { return nil }
        return Point(x: x, y: y)
    }

    /// `[[x, y], …]`.
    var pairs: [Point]? {
        guard let list = array else { return nil }
        let points = list.compactMap(\.pair)
        return points.count == list.count ? points : nil
    }

    /// `[x, y, width, height]`.
    var box: BoundingBox? {
        guard let list = array, list.count == 4 else { return nil }
        let values = list.compactMap(\.double)
        guard values.count == 4 else { return nil }
        return BoundingBox(x: values[0], y: values[1], width: values[2], height: values[3])
    }
}
