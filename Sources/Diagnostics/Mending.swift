// Applies fixes to a text. Knows nothing of what was wrong; does no I/O.

package enum Mending {
    /// The text with every safe fix of these findings that is about it, and how many there were. Of two fixes that overlap, the
    /// first in the text counts; the other is found again in the mended text.
    package static func apply(_ findings: [Finding], to file: SourceFile) -> (text: String, count: Int) {
        let fixes = findings.compactMap(\.fix)
            .filter { $0.isSafe && $0.span.file === file }
            .sorted { $0.span.start < $1.span.start }
        var text = ""
        var count = 0
        let scalars = file.text.unicodeScalars
        var done = scalars.startIndex
        for fix in fixes {
            guard let start = file.index(of: fix.span.start), let end = file.index(of: fix.span.end), start >= done,
                end >= start
            else { continue }
            text += String(file.text[done..<start]) + fix.replacement
            done = end
            count += 1
        }
        return (text + file.text[done...], count)
    }
}

extension SourceFile {
    /// The index of a position; nil beyond the end of its line.
    package func index(of position: Position) -> String.Index? {
        guard lines.indices.contains(position.line - 1) else { return nil }
        let line = lines[position.line - 1]
        let scalars = line.unicodeScalars
        return scalars.index(scalars.startIndex, offsetBy: position.column - 1, limitedBy: scalars.endIndex)
    }
}
