import Foundation

/// Numbers as people read them.
enum NumberText {
    /// `12.345` in Vietnamese, `12,345` in English.
    static func count(_ value: some BinaryInteger, _ language: Language) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += language == .vietnamese ? "." : "," }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// One digit behind the separator: `3,2` in Vietnamese, `3.2` in English.
    static func decimal(_ value: Double, _ language: Language) -> String {
        let tenths = (value * 10).rounded()
        guard abs(tenths) < 9e15 else { return "—" }
        let whole = Int64(tenths)
        let separator = language == .vietnamese ? "," : "."
        return "\(whole < 0 ? "-" : "")\(whole.magnitude / 10)\(separator)\(whole.magnitude % 10)"
    }

    /// `1,5 GB`
    static func bytes(_ value: UInt64, _ language: Language) -> String {
        let units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
        var amount = Double(value)
        var unit = 0
        while amount >= 1_000, unit < units.count - 1 {
            amount /= 1_000
            unit += 1
        }
        return unit == 0 ? "\(value) B" : "\(decimal(amount, language)) \(units[unit])"
    }
}
