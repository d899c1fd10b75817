// Text that a terminal may be given: what comes from outside shows as it is written and commands nothing. Knows no terminal.

/// Text from recipes, tables, programs and files, for a person's eyes.
package enum Printable {
    /// The text with everything visible that a terminal would obey or that would turn its order: control characters other than line
    /// break and tab, and the marks of bidirectional text, as `\u{1B}`.
    package static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                shown += scalar == "\r" ? "\\r" : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// The same for a piece of a line: a line break is made visible, too.
    package static func piece(_ text: String) -> String {
        Self.text(text).replacing("\n", with: "\\n").replacing("\t", with: " ")
    }

    /// JSON text with such characters escaped as JSON has it: the same value to every reader.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                let digits = String(scalar.value, radix: 16)
                shown += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Colours in text on its way to a terminal: marks that stand for escape sequences until the text is written.
///
/// The marks are private characters that are drawn anew in each process, so no text from outside can hold them.
package enum Ink {
    private static let mark = String(
        String.UnicodeScalarView((0..<4).map { _ in Unicode.Scalar(UInt32.random(in: 0xE000...0xF8FF))! }))

    /// The text between marks for an attribute, such as `31` for red, and its end.
    package static func paint(_ text: String, _ code: String) -> String { "\(mark)\(code)m\(text)\(mark)0m" }

    package static func isPainted(_ text: String) -> Bool { text.contains(mark) }

    /// The bytes for a terminal: text made visible, then the attributes.
    package static func terminal(_ text: String) -> String {
        Printable.text(text).replacing(mark, with: "\u{1B}[")
    }
}
