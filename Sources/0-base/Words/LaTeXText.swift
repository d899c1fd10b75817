// A text that means nothing but itself in LaTeX. Knows no document.

package enum LaTeXText {
    /// The text with what LaTeX would act on escaped, in one line.
    package static func escaped(_ text: String) -> String {
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
