// The type of a plain scalar by the core schema of YAML 1.2. Knows nothing of what a key wants.

extension Node.Scalar {
    package enum Resolved: Equatable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case text
    }

    /// The type the text has by YAML 1.2, section 10.3.2. Quoted scalars are text. Integers beyond 64 bits are numbers.
    package var resolved: Resolved {
        guard isPlain else { return .text }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: break
        }
        if text.hasPrefix("0o"), let value = Int(text.dropFirst(2), radix: 8), !text.contains("+"), !text.contains("-")
        {
            return .integer(value)
        }
        if text.hasPrefix("0x"), let value = Int(text.dropFirst(2), radix: 16), !text.contains("+"), !text.contains("-")
        {
            return .integer(value)
        }
        guard Self.looksNumeric(text) else { return .text }
        if let integer = Int(text) { return .integer(integer) }
        return Double(text).map { .number($0) } ?? .text
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func looksNumeric(_ text: String) -> Bool {
        var rest = Substring(text)
        func isDigit(_ character: Character) -> Bool { character >= "0" && character <= "9" && character.isASCII }
        func dropDigits() -> Int {
            let digits = rest.prefix(while: isDigit)
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let whole = dropDigits()
        if rest.first == "." {
            rest = rest.dropFirst()
            if dropDigits() == 0, whole == 0 { return false }
        } else if whole == 0 {
            return false
        }
        if rest.first == "e" || rest.first == "E" {
            rest = rest.dropFirst()
            if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
            if dropDigits() == 0 { return false }
        }
        return rest.isEmpty
    }

    /// What other YAML readers take this plain text for, where they disagree with YAML 1.2; nil where all agree.
    ///
    /// The rule of the project: such a scalar is never read as text. Its writer says which is meant, with quotes or in full.
    package var ambiguity: String? {
        guard isPlain, case .text = resolved else {
            if isPlain, case .integer = resolved, text.count > 1, text.first == "0", text.allSatisfy(\.isNumber) {
                return "an octal number to some YAML readers"
            }
            return nil
        }
        switch text.lowercased() {
        case "yes", "no", "on", "off": return "a boolean to some YAML readers"
        default: break
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) {
            return "a number in base 60 to some YAML readers"
        }
        if text.contains("_"), text.contains(where: \.isNumber), Self.looksNumeric(text.filter { $0 != "_" }) {
            return "a number to some YAML readers"
        }
        return nil
    }
}
