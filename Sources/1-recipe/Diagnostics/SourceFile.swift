// A text a person wrote, and places in it. Knows nothing of YAML; does no I/O.

/// A text with a name, such as a recipe file or the argument of `--set`.
package final class SourceFile: Sendable {
    /// The name as the person gave it, shown in findings.
    package let name: String
    package let text: String
    /// The lines without their breaks. Breaks are those of YAML 1.1, which libyaml counts: LF, CR, CRLF, NEL, LS, PS.
    package let lines: [Substring]

    package init(name: String, text: String) {
        self.name = name
        self.text = text
        var lines: [Substring] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            var next = scalars.index(after: index)
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
                if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
                lines.append(text[start..<index])
                start = next
            }
            index = next
        }
        lines.append(text[start...])
        self.lines = lines
    }
}

/// A place in a text: line and column, both from 1; columns count Unicode scalars.
package struct Position: Hashable, Comparable, Sendable {
    package let line: Int
    package let column: Int
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
    package static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A stretch of a text, from `start` up to and without `end`.
package struct Span: Sendable, CustomStringConvertible {
    package let file: SourceFile
    package let start: Position
    package let end: Position

    package init(file: SourceFile, start: Position, end: Position) {
        self.file = file
        self.start = start
        self.end = end
    }

    /// `file:line:column`, the form editors jump to.
    package var description: String { "\(file.name):\(start.line):\(start.column)" }
}
