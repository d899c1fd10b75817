// A value as a recipe writes it. Knows nothing of keys.

internal import Words

/// A value of a recipe, before it is text.
enum Literal: Hashable, Sendable {
    case integer(Int)
    case number(Double)
    /// Text, quoted where a reader of YAML might take it for anything else.
    case text(String)
    /// A word of the recipe's own, such as `off`, which needs no quotes where it stands.
    case word(String)
    case list([Literal])

    var yaml: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): Self.written(value)
        case .text(let text): YAMLText.scalar(text)
        case .word(let word): word
        case .list(let elements): "[" + elements.map(\.yaml).joined(separator: ", ") + "]"
        }
    }

    /// `16`, `0.05`, `1.0e-4`: a small number with an exponent, and that in the one form which all readers of YAML know.
    private static func written(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e9 { return String(Int(value)) }
        guard abs(value) < 0.001 else { return value.description }
        var exponent = 0
        var text = value.description
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = String(text[..<mark])
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        var digits = parts.joined()
        exponent += parts[0].count - 1
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return "\(sign)\(digits.prefix(1)).\(digits.count > 1 ? String(digits.dropFirst()) : "0")e\(exponent)"
    }
}
