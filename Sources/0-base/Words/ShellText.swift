// A text as one word of a POSIX shell. Knows no command.

package enum ShellText {
    /// The text itself where a shell leaves it alone, else in single quotes.
    package static func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0)
                || "._-/=@%+:,".unicodeScalars.contains($0)
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
