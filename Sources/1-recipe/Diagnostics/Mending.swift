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

extension Finding.Fix {
    /// Another word in the place of `word`; nil unless exactly that word stands there, with or without quotes. A place may hold
    /// more, such as an anchor, a whole path or a sentence, and none of that may be lost.
    package init?(replacing word: String, at span: Span, with replacement: String, isSafe: Bool) {
        guard let text = span.text else { return nil }
        if text == word {
            self.init(replacing: span, with: replacement, isSafe: isSafe)
        } else if text == "\"\(word)\"" || text == "'\(word)'", let quote = text.first {
            self.init(replacing: span, with: "\(quote)\(replacement)\(quote)", isSafe: isSafe)
        } else {
            return nil
        }
    }
}

extension Span {
    /// What stands there; nil where the file has no such place.
    package var text: String? {
        guard let from = file.index(of: start), let to = file.index(of: end), from <= to else { return nil }
        return String(file.text[from..<to])
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
