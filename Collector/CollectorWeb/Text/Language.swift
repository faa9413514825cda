import Foundation

/// The languages of the pages, Vietnamese first.
enum Language: String, CaseIterable, Sendable {
    case vietnamese = "vi"
    case english = "en"

    /// Remembers the choice.
    static let cookieName = "ngatu_language"

    /// The language of a cookie; Vietnamese without one.
    init(cookie: String?) { self = cookie.flatMap(Language.init(rawValue:)) ?? .vietnamese }

    /// The other one, which the switch offers.
    var other: Language { self == .vietnamese ? .english : .vietnamese }
}

/// Every text of the pages in one language, by key.
struct Strings: Sendable {
    let language: Language
    let table: [String: String]

    /// The text of a key, its `%@` replaced in order; the key itself where the table lacks it, which a test forbids.
    func callAsFunction(_ key: String, _ values: String...) -> String {
        var text = table[key] ?? key
        for value in values {
            guard let place = text.range(of: "%@") else { break }
            text.replaceSubrange(place, with: value)
        }
        return text
    }
}

/// The tables of all languages, from `Resources/Strings`.
struct StringTables: Sendable {
    private let tables: [Language: Strings]

    init(directory: URL) throws {
        var tables: [Language: Strings] = [:]
        for language in Language.allCases {
            let file = directory.appendingPathComponent("\(language.rawValue).json")
            let table = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
            tables[language] = Strings(language: language, table: table)
        }
        self.tables = tables
    }

    subscript(_ language: Language) -> Strings {
        tables[language] ?? Strings(language: language, table: [:])
    }
}
