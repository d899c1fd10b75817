// Findings as a person reads them in a terminal: message, place, source line, caret, notes, help.

internal import Words

/// Renders findings as text, like a compiler.
package struct FindingText: Sendable {
    /// Whether to use ANSI colours.
    package let color: Bool
    package init(color: Bool) { self.color = color }

    package func render(_ findings: [Finding]) -> String {
        findings.inTextOrder.map(render).joined(separator: "\n")
    }

    private func render(_ finding: Finding) -> String {
        let tint = finding.severity == .error ? "31" : "33"
        var text = finding.span.map { paint("\($0): ", "1") } ?? ""
        text += paint("\(finding.severity.rawValue): ", "1;\(tint)")
        text += paint(VisibleText.piece(finding.message), "1") + paint(" [\(finding.code)]", "2") + "\n"
        if let span = finding.span { text += excerpt(span, tint: tint) }
        if let help = finding.help { text += "  " + paint("help: ", "36") + VisibleText.piece(help) + "\n" }
        for note in finding.notes {
            text += "  " + paint("note: ", "36") + VisibleText.piece(note.message)
            if let span = note.span { text += " (\(span))" }
            text += "\n"
        }
        return text
    }

    /// The source line and a caret line under it. Long lines are cut around the place; tabs keep their width.
    private func excerpt(_ span: Span, tint: String) -> String {
        guard span.start.line >= 1, span.start.line <= span.file.lines.count else { return "" }
        let line = Array(span.file.lines[span.start.line - 1].unicodeScalars)
        let first = min(span.start.column - 1, line.count)
        let last = span.end.line == span.start.line ? min(max(span.end.column - 1, first + 1), line.count) : line.count
        let width = 100
        let cut = first > width - 20 ? first - 20 : 0
        let shown = line[min(cut, line.count)..<min(cut + width, line.count)]
        let number = String(span.start.line)
        let gutter = String(repeating: " ", count: number.count)
        var text = " \(paint(number + " |", "2")) \(cut > 0 ? "…" : "")" + VisibleText.line(shown) + "\n"
        let indent = line[min(cut, first)..<first].map { $0 == "\t" ? "\t" : " " }.joined()
        let carets = String(repeating: "~", count: max(0, min(last, cut + width) - first - 1))
        text += " \(gutter) \(paint("|", "2")) \(cut > 0 ? " " : "")\(indent)" + paint("^" + carets, "1;\(tint)") + "\n"
        return text
    }

    private func paint(_ text: String, _ code: String) -> String { color ? Ink.paint(text, code) : text }
}
