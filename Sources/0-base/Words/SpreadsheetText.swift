// A text that is no formula to a spreadsheet. Knows no table.

package enum SpreadsheetText {
    /// A text as a cell of a CSV file. What a spreadsheet would take for a formula has an apostrophe before it, as OWASP advises;
    /// numbers of our own are no texts and do not come here.
    package static func cell(_ text: String) -> String {
        let plain = VisibleText.of(text)
        guard let first = plain.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) else {
            return plain
        }
        return "'\(plain)"
    }
}
