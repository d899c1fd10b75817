// A text that means nothing but itself in Markdown, as code hosts read it. Knows no document.

package enum MarkdownText {
    /// The text with what Markdown would act on escaped, in one line.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in VisibleText.of(text) {
            switch character {
            // Two would be a formula to code hosts, of which some look at the text that is shown: only an element of its own
            // keeps a dollar apart.
            case "$": result += "<span>&#36;</span>"
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "#", "&", "~": result += "\\\(character)"
            default: result.append(character.isNewline || character == "\t" ? " " : character)
            }
        }
        return result
    }

    /// A code span. It begins and ends with more backticks than there are in a row within.
    package static func code(_ text: String) -> String {
        let plain = String(VisibleText.of(text).map { $0.isNewline ? " " : $0 })
        var (longest, run) = (0, 0)
        for character in plain {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let gap = longest > 0 ? " " : ""
        return "\(fence)\(gap)\(plain)\(gap)\(fence)"
    }
}
