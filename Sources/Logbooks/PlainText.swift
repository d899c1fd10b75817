// Text of the user's that means nothing but itself, for Markdown and for LaTeX.

enum MarkdownText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "\\`*_[]<>|#&".contains(character) { result.append("\\") }
            result.append(character.isNewline ? " " : character)
        }
        return result
    }
}

enum LaTeXText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
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
            default: result.append(character.isNewline ? " " : character)
            }
        }
        return result
    }
}
