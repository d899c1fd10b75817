// A text that means nothing but itself in HTML, in an attribute, or in SVG. Knows no document.

package enum MarkupText {
    /// The text with what markup would act on as entities.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in VisibleText.of(text).unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
