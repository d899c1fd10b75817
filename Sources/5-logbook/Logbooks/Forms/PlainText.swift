// Text of the user's that means nothing but itself: for people's eyes, for Markdown, for LaTeX and for spreadsheets. One place
// for each.

enum VisibleText {
    /// The text with its control characters and marks of direction as escapes, such as `\u{1b}` and `\u{202e}`: they would act on
    /// whatever shows them, and hide what is written. Line breaks and tabs stay.
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The texts of a template's context; figures, style and script are markup of our own.
    static func everywhere(_ value: Any, but own: Set<String>) -> Any {
        switch value {
        case let text as String: of(text)
        case let list as [Any]: list.map { everywhere($0, but: own) }
        case let members as [String: Any]:
            Dictionary(uniqueKeysWithValues: members.map { ($0, own.contains($0) ? $1 : everywhere($1, but: own)) })
        default: value
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0: true
        // Marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm.
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

enum MarkdownText {
    static func escaped(_ text: String) -> String {
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
    static func code(_ text: String) -> String {
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

enum LaTeXText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in VisibleText.of(text) {
            switch character {
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<", ">", "|", "\"": result += "{\\ttfamily\\char\(character.asciiValue!)}"
            case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
            case "−": result += "$-$"
            case "+": result += "$+$"
            case "–": result += "--"
            // Two in a row would be a dash, an opening bracket after a line's end an option.
            case "-": result += "{-}"
            case "[", "]": result += "{\(character)}"
            case "`": result += "\\textasciigrave{}"
            case "'": result += "\\textquotesingle{}"
            default: result.append(character.isNewline || character == "\t" ? " " : character)
            }
        }
        return result
    }
}

enum SpreadsheetText {
    /// A text as a cell of a CSV file. What a spreadsheet would take for a formula has an apostrophe before it, as OWASP advises;
    /// numbers of our own are no texts and do not come here.
    static func cell(_ text: String) -> String {
        let plain = VisibleText.of(text)
        guard let first = plain.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) else {
            return plain
        }
        return "'\(plain)"
    }
}
