// How a shell parts a script into words. Knows quotes and loops; runs nothing and looks at no file.

/// The words of a script and the values that its variables may have.
struct ShellWords {
    /// Without their quotes, in order; of a word that is a script itself, such as that of `sh -c` or of `$(...)`, its words, too.
    private(set) var all: [String] = []
    /// By the variable's name: what `NAME=VALUE` gives it, or each word of `for NAME in WORDS; do`.
    private(set) var values: [String: [String]] = ["PWD": ["."]]

    private static let most = 500
    private static let mostValues = 64

    init(_ script: String) {
        read(script, depth: 0)
        for (index, word) in all.enumerated() {
            if word == "for", index + 2 < all.count, all[index + 2] == "in", Self.isName(all[index + 1]) {
                for value in all[(index + 3)...].prefix(while: { $0 != "do" }) { add(value, to: all[index + 1]) }
            }
            guard let equals = word.firstIndex(of: "="), Self.isName(word[..<equals]) else { continue }
            add(String(word[word.index(after: equals)...]), to: String(word[..<equals]))
        }
    }

    private mutating func add(_ value: String, to name: String) {
        let known = values[name, default: []]
        if !value.isEmpty, known.count < Self.mostValues, !known.contains(value) { values[name] = known + [value] }
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    private mutating func read(_ script: String, depth: Int) {
        var (word, isWord): (String, Bool) = ("", false)
        var (quote, isEscaped): (Character?, Bool) = (nil, false)
        func close(_ words: inout [String]) {
            if isWord { words.append(word) }
            (word, isWord) = ("", false)
        }
        var words: [String] = []
        for character in script {
            if isEscaped {
                // Between double quotes a backslash is one where it escapes nothing.
                if quote == "\"", !"\"\\$`".contains(character) { word.append("\\") }
                word.append(character)
                (isEscaped, isWord) = (false, true)
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "'" || character == "\"" {
                (quote, isWord) = (character, true)
            } else if character.isWhitespace || ";|&<>()`".contains(character) {
                close(&words)
                if words.count >= Self.most { break }
            } else {
                word.append(character)
                isWord = true
            }
        }
        close(&words)
        for word in words where all.count < Self.most {
            all.append(word)
            // What quotes held may be a script: of another shell, or one whose output stands there.
            if depth < 4, word.contains(where: { $0.isWhitespace || "`(".contains($0) }) {
                read(word, depth: depth + 1)
            }
        }
    }
}
