// A text as YAML: the same text to every reader, of YAML 1.1 and of 1.2. Knows no key.

package enum YAMLText {
    /// The text itself where no reader takes it for anything else, else in quotes.
    package static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// The text in double quotes. What YAML does not allow in a text, or what a terminal would obey, is escaped.
    package static func quoted(_ text: String) -> String {
        var escaped = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            case "\r": escaped += "\\r"
            case _ where mustBeEscaped(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let width = scalar.value > 0xFFFF ? 8 : 4
                escaped += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }

    private static func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }

    /// Letters, digits and `._/@+-`, with a beginning that no number and no date has, and no word that means something.
    private static func isPlain(_ text: String) -> Bool {
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "._/@+-".unicodeScalars.contains($0)
        }
        guard isSafe, let first = text.unicodeScalars.first else { return false }
        if first.properties.isAlphabetic {
            return !["yes", "no", "on", "off", "true", "false", "null", "y", "n"].contains(text.lowercased())
        }
        if text.hasPrefix("./") || text.hasPrefix("../") || first == "/" { return true }
        // Numbers in any base, with underscores or an exponent, dates and times have no other letters than these.
        return ("0"..."9").contains(first)
            && text.unicodeScalars.contains {
                $0.properties.isAlphabetic && !"abcdefABCDEFxXoOtTzZ".unicodeScalars.contains($0)
            }
    }
}
