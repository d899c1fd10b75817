// How programs and shells spell paths in an argument. Looks at no file.

internal import Diagnostics
internal import Digests

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
        let script = ShellWords(text)
        // As they are written, and as a shell reads them: a name between quotes may have blanks and other quotes.
        let written = text.split(whereSeparator: { $0.isWhitespace || ";|&<>()`".contains($0) }).prefix(500)
        var words = written.map { (written: String($0), bare: String($0.filter { !"\"'\\".contains($0) })) }
        let bare = Set(words.map { ExactText($0.bare) })
        words += script.all.filter { !bare.contains(ExactText($0)) }.map { ($0, $0) }
        let folders = folders(script.all)
        // Of names that begin alike the longer one is meant.
        let variables = script.values.sorted { ($0.key.count, $0.key) > ($1.key.count, $1.key) }
            .map { (name: $0.key, values: $0.value) }
        var left = mostLookedAt
        var found: [(Spelling, Bool)] = []
        for (word, bare) in words {
            for filled in fill(bare, variables, &left) {
                let isFilled = filled != bare
                for spelled in expand(filled) where found.count < mostSpellings {
                    for (path, isCertain) in ArgumentPaths.of(spelled)
                    where path.utf8.count < 1_024 && !path.isEmpty && path != "/" {
                        found.append((Spelling(words: word, path: path), isCertain && !isFilled))
                        for folder in folders where !path.hasPrefix("/") {
                            found.append((Spelling(words: word, path: folder + "/" + path), isCertain && !isFilled))
                        }
                    }
                }
            }
        }
        return found
    }

    /// The folders that words lead into, as `cd lib` and `make -C lib` do.
    static func folders(_ words: [String]) -> [String] {
        var folders: [String] = []
        for (word, next) in zip(words, words.dropFirst()) where folders.count < 8 {
            guard ["cd", "pushd", "-C", "--chdir", "--directory"].contains(word), !next.hasPrefix("-"), next != "."
            else {
                continue
            }
            let inner = next.hasPrefix("/") ? [] : folders.map { $0 + "/" + next }
            folders += [next] + inner
        }
        return folders
    }

    /// What one argument may mean at most: braces, loops and folders multiply.
    private static let mostSpellings = 20_000

    /// Bytes; a path is shorter.
    private static let longestWord = 4_096

    /// Bytes that are looked through for variables in one argument.
    private static let mostLookedAt = 32 << 20

    /// The word with the values of variables in their places: one for each value of a loop's, at most 64.
    private static func fill(_ word: String, _ values: [(name: String, values: [String])], _ left: inout Int)
        -> [String]
    {
        guard word.contains("$") else { return [word] }
        var words = [word]
        // Variables may hold each other, and a word of them doubles with each.
        for (name, values) in values where left > 0 {
            var next: [String] = []
            for word in words where next.count < 64 {
                left -= word.utf8.count
                guard word.utf8.count < longestWord, word.contains("$" + name) || word.contains("${" + name) else {
                    next.append(word)
                    continue
                }
                for value in values.prefix(64 - next.count) {
                    left -= word.utf8.count + value.utf8.count
                    next.append(word.replacing("${\(name)}", with: value).replacing("$\(name)", with: value))
                }
            }
            words = next
        }
        return words
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
