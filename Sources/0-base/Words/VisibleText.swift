// Text from recipes, tables, programs and files, for a person's eyes: it shows as it is written and commands nothing. Knows no
// terminal.

package enum VisibleText {
    /// The text with its control characters and marks of direction as escapes, such as `\u{1b}` and `\u{202e}`: they would act on
    /// whatever shows them, and hide what is written. Line breaks and tabs stay; a carriage return alone is `\r`.
    package static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: acts) else { return text }
        let scalars = Array(text.unicodeScalars)
        var shown = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { continue }
            if acts(scalar) { shown.append(contentsOf: escape(scalar).unicodeScalars) } else { shown.append(scalar) }
        }
        return String(shown)
    }

    /// The same for a piece of a line: a line break is made visible, too.
    package static func piece(_ text: String) -> String {
        of(text).replacing("\n", with: "\\n").replacing("\t", with: " ")
    }

    /// Somebody's text inside a message: nothing hidden at all, such as a space without width, and no more than 60 characters.
    package static func excerpt(_ text: some StringProtocol) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(60) {
            let category = scalar.properties.generalCategory
            if category == .control || category == .format || acts(scalar) {
                shown.append(contentsOf: escape(scalar).unicodeScalars)
            } else {
                shown.append(scalar)
            }
        }
        return String(shown) + (text.unicodeScalars.dropFirst(60).isEmpty ? "" : "…")
    }

    /// A line of somebody's file, each such character as one `�`, so that columns stay where they are.
    package static func line(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in scalars { shown.append(scalar == "\n" || acts(scalar) ? "\u{FFFD}" : scalar) }
        return String(shown)
    }

    /// JSON text with such characters escaped as JSON has it: the same value to every reader.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: acts) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard acts(scalar) else {
                shown.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            shown.append(
                contentsOf: ("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).unicodeScalars)
        }
        return String(shown)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// Controls, separators of lines that no file has, and the marks, embeddings, overrides and isolates of Unicode's bidirectional
    /// algorithm.
    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension StringProtocol {
    /// ``VisibleText/excerpt(_:)`` of the text, for messages.
    package var shown: String { VisibleText.excerpt(self) }
}
