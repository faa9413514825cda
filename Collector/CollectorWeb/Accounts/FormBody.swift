import Foundation

/// The fields of a form that a browser posted.
struct FormBody: Sendable {
    private let fields: [String: String]

    /// No field at all.
    static let empty = FormBody(Data())

    /// Reads `application/x-www-form-urlencoded`; what cannot be read is left out. Of doubled fields the first counts.
    init(_ body: Data) {
        var fields: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&").prefix(64) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decode)
            guard let name = parts[0], parts.count == 2, let value = parts[1], fields[name] == nil else { continue }
            fields[name] = value
        }
        self.fields = fields
    }

    /// A field's value; empty when it is absent.
    subscript(_ name: String) -> String { fields[name] ?? "" }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
