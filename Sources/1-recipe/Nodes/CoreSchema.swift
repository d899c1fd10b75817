// The type of a scalar by the core schema of YAML 1.2. Knows nothing of what a key wants, nor of other readers.

extension Node.Scalar {
    package enum Resolved: Equatable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case text
    }

    /// The tags of the core schema that a scalar can carry: `!!null`, `!!bool`, `!!int`, `!!float`, `!!str`.
    package enum CoreTag: String, Sendable { case null, bool, int, float, str }

    /// The type the scalar has by YAML 1.2, section 10.3.2, or by its tag. Quoted scalars are text.
    ///
    /// Integers beyond 64 bits are numbers.
    package var resolved: Resolved {
        guard isPlain else { return .text }
        let type = Self.core(text)
        if tag == .float, case .integer(let value) = type { return .number(Double(value)) }
        return type
    }

    /// Whether the core schema has `text` among the spellings of `tag`.
    static func isSpelling(_ text: String, of tag: CoreTag) -> Bool {
        switch (tag, core(text)) {
        case (.str, _), (.null, .null), (.bool, .boolean), (.int, .integer): return true
        // An integer beyond 64 bits is still one; a float in hexadecimal or octal is none.
        case (.int, .number): return !text.contains { ".eE".contains($0) } || text.hasPrefix("0x")
        case (.float, .integer), (.float, .number): return !text.hasPrefix("0x") && !text.hasPrefix("0o")
        default: return false
        }
    }

    private static func core(_ text: String) -> Resolved {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: break
        }
        var rest = ByteScanner(text)
        if rest.take("0o") { return rest.takeAll(.octal) ? whole(text.dropFirst(2), radix: 8) : .text }
        if rest.take("0x") { return rest.takeAll(.hexadecimal) ? whole(text.dropFirst(2), radix: 16) : .text }
        guard isDecimal(text) else { return .text }
        if let integer = Int(text) { return .integer(integer) }
        return Double(text).map { .number($0) } ?? .text
    }

    private static func whole(_ digits: Substring, radix: Int) -> Resolved {
        if let value = Int(digits, radix: radix) { return .integer(value) }
        return .number(digits.reduce(0) { $0 * Double(radix) + Double($1.hexDigitValue ?? 0) })
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    static func isDecimal(_ text: String) -> Bool {
        var rest = ByteScanner(text)
        _ = rest.takeOne(of: "+-")
        let whole = rest.take(.decimal)
        let point = rest.takeOne(of: ".")
        let fraction = point ? rest.take(.decimal) : 0
        guard whole + fraction > 0 else { return false }
        if rest.takeOne(of: "eE") {
            _ = rest.takeOne(of: "+-")
            if rest.take(.decimal) == 0 { return false }
        }
        return rest.isEmpty
    }
}
