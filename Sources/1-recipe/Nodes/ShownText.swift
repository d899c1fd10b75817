// Somebody's text inside a message: short, and without what a terminal would obey.

extension StringProtocol {
    /// The text for a message: control characters escaped as YAML escapes them, and cut after 60 characters.
    package var shown: String {
        var text = ""
        for scalar in unicodeScalars.prefix(60) {
            if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let width = scalar.value > 0xFFFF ? 8 : 4
                text += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return unicodeScalars.dropFirst(60).isEmpty ? text : text + "…"
    }
}
