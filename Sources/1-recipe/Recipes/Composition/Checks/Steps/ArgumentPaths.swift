// How programs and shells spell paths in an argument. Looks at no file.

internal import Diagnostics

enum ArgumentPaths {
    struct Spelling { let words: String, path: String }

    /// The paths that an argument may mean, and whether it then means them for certain.
    static func spellings(_ argument: String, isProgram: Bool) -> [(Spelling, isCertain: Bool)] {
        guard !isProgram, argument.utf8.count < 1 << 16, !argument.utf8.contains(0) else { return [] }
        // Most arguments are one place to fill, and recipes of ten thousand steps have many.
        let isPlace = argument.hasPrefix("{in.") || argument.hasPrefix("{out.")
        if isPlace, argument.firstIndex(of: "}") == argument.indices.last { return [] }
        var text = argument
        for reference in CustomStep.references(in: argument) {
            text = text.replacing("{\(reference.isInput ? "in" : "out").\(reference.name)}", with: " ")
        }
        let variables = assignments(in: text)
        var found: [(Spelling, Bool)] = []
        for word in text.split(whereSeparator: { $0.isWhitespace || ";|&<>()`".contains($0) }).prefix(500) {
            let bare = String(word.filter { !"\"'\\".contains($0) })
            let filled = fill(bare, variables)
            for spelled in expand(filled) {
                let isFilled = filled != bare
                for (path, isCertain) in ArgumentPaths.of(spelled)
                where path.utf8.count < 1_024 && !path.isEmpty && path != "/" {
                    found.append((Spelling(words: String(word), path: path), isCertain && !isFilled))
                }
            }
        }
        return found
    }

    /// `NAME=VALUE`, as a shell's script has it.
    private static func assignments(in text: String) -> [String: String] {
        var values = ["PWD": "."]
        for word in text.split(whereSeparator: { $0.isWhitespace || ";|&()`\"'".contains($0) }).prefix(500) {
            let halves = word.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { continue }
            values[String(halves[0])] = String(halves[1])
        }
        return values
    }

    /// Bytes; a path is shorter.
    private static let longestWord = 4_096

    /// The word with the values of variables in their places.
    private static func fill(_ word: String, _ values: [String: String]) -> String {
        guard word.contains("$") else { return word }
        var word = word
        // Variables may hold each other, and a word of them doubles with each.
        for (name, value) in values.sorted(by: { $0.key.count > $1.key.count }) where word.utf8.count < longestWord {
            word = word.replacing("${\(name)}", with: value).replacing("$\(name)", with: value)
        }
        return word
    }

    /// `{a,b}c` as `ac` and `bc`; at most 64 words.
    private static func expand(_ word: String) -> [String] {
        var done: [String] = []
        var waiting = [word]
        while let next = waiting.popLast(), done.count < 64 {
            guard let close = next.firstIndex(of: "}"), let open = next[..<close].lastIndex(of: "{"),
                next[open..<close].contains(","), waiting.count < 64
            else {
                done.append(next)
                continue
            }
            let inner = next[next.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false)
            waiting += inner.prefix(64).map { "\(next[..<open])\($0)\(next[next.index(after: close)...])" }
        }
        return done
    }

    /// What of a word may be a path: behind an option, `@`, `file:` or `=` it certainly is one; behind other signs it may be.
    static func of(_ word: String) -> [(String, isCertain: Bool)] {
        var paths: [(String, Bool)] = []
        var waiting = [word]
        while let next = waiting.popLast(), paths.count < 64 {
            paths.append((next, !next.hasPrefix("-")))
            for head in ["@", "file://localhost", "file://", "file:"] where next.hasPrefix(head) {
                waiting.append(String(next.dropFirst(head.count)))
                break
            }
            if let equals = next.firstIndex(of: "=") { waiting.append(String(next[next.index(after: equals)...])) }
            // `-ttrain.csv`, as `-t train.csv`.
            if next.hasPrefix("-"), !next.hasPrefix("--"), next.count > 2 { waiting.append(String(next.dropFirst(2))) }
        }
        for part in word.split(whereSeparator: { ":,+@#?%=[]{}".contains($0) }).prefix(64) where part != word {
            paths.append((String(part), false))
        }
        return paths
    }
}
