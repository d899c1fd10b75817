// Colours in text on its way to a terminal. Knows no terminal.

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
        VisibleText.of(text).replacing(mark, with: "\u{1B}[")
    }
}
