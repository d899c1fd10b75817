// A value as a recipe writes it. Knows YAML's quoting, and nothing of keys.

internal import Nodes

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
        case .text(let text): Self.quoted(text)
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

    private static func quoted(_ text: String) -> String {
        let scalar = Node.Scalar(text: text, isPlain: true)
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "._/@+-".unicodeScalars.contains($0)
        }
        let begins = text.unicodeScalars.first.map {
            $0.properties.isAlphabetic || "./0123456789".unicodeScalars.contains($0)
        }
        if isSafe, begins == true, scalar.resolved == .text, scalar.ambiguity == nil { return text }
        var escaped = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            case "\r": escaped += "\\r"
            case "\u{85}", "\u{2028}", "\u{2029}", "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }
}
