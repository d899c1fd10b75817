// Which files a custom step's command names, however it names them. Knows nothing of what is in them.

internal import Digests

struct CommandFiles {
    let surroundings: Surroundings
    /// Absolute path of the recipe's folder, in which a command runs.
    let folder: String
    /// Absolute paths of what a run writes: a pattern that fits one does not mean it.
    var written: [String] = []

    /// The files that are inputs by content: named whole or as a part of an argument, from the recipe's folder or from one that the
    /// words go into, or by an absolute path, in the words of a shell's script, by a pattern, or as a Python module of the folder, with
    /// all modules of its package. As a path from the folder where it lies there and has no other name, else as it is written; each
    /// once, in the order of the command.
    func files(of command: [String]) -> [String] {
        var found: [String] = []
        var known: Set<ExactText> = []
        func add(_ name: String) { if known.insert(ExactText(name)).inserted { found.append(name) } }
        let folders = ArgumentPaths.folders(command)
        for file in modules(command, in: folders) { add(file) }
        for (index, argument) in command.enumerated() {
            if CustomStep.mayBeFile(argument), !["", ".", ".."].contains(argument), isFile(argument) {
                add(argument)
                continue
            }
            for word in Self.words(in: argument, isProgram: index == 0) {
                if let name = name(of: word) { add(name) }
                for folder in folders where !word.hasPrefix("/") {
                    if let name = name(of: "\(folder)/\(word)") { add(name) }
                }
            }
            guard index > 0 else { continue }
            if argument.contains("-m"), argument.contains(where: \.isWhitespace) {
                let words = ShellWords(argument).all
                for file in modules(words, in: ArgumentPaths.folders(words)) { add(file) }
            }
            guard argument.contains(where: { "*?[".contains($0) }) else { continue }
            for (pattern, _) in ArgumentPaths.spellings(argument, isProgram: false) {
                for file in self.files(fitting: pattern.path) { add(file) }
            }
        }
        return found
    }

    /// What a pattern fits; nothing where it fits more than these, or has no letter of its own.
    private static let mostFiles = 1_000

    /// The files that a pattern of a shell's fits, as paths from the folder or absolute ones.
    private func files(fitting pattern: String) -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }), pattern.contains(where: { $0.isLetter || $0.isNumber }),
            !pattern.contains("$"), pattern.utf8.count < 1_024
        else { return [] }
        // Each ends with a slash; the first is the recipe's folder, or that of all folders.
        var places = [pattern.hasPrefix("/") ? "/" : ""]
        let parts = pattern.split(separator: "/").map(String.init)
        for (index, part) in parts.enumerated() {
            let end = index == parts.count - 1 ? "" : "/"
            places = places.flatMap { place -> [String] in
                guard part.contains(where: { "*?[".contains($0) }) else { return [place + part + end] }
                let path = place.isEmpty ? folder : place == "/" ? place : absolute(String(place.dropLast()))
                // A star fits no hidden file.
                return surroundings.names(path).filter {
                    $0.hasPrefix(".") == part.hasPrefix(".") && TableMentions.matches(Array(part), Array($0))
                }.map { place + $0 + end }
            }
            guard places.count <= Self.mostFiles else { return [] }
        }
        return places.compactMap(name(of:)).filter { !written.contains(absolute($0)) }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

    private func isFile(_ path: String) -> Bool {
        let form = surroundings.look(absolute(path))
        return form == .file || form == .something
    }

    /// What a word names: nil unless it is a file.
    private func name(of word: String) -> String? {
        guard word.utf8.count < 1_024, !word.utf8.contains(0), isFile(word) else { return nil }
        let path = absolute(word)
        return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : word
    }

    /// The paths that an argument may hold. The program itself, named absolutely, is one of the machine's and no input, unless it
    /// is a script.
    private static func words(in argument: String, isProgram: Bool) -> [String] {
        var argument = argument
        for reference in CustomStep.references(in: argument) {
            let place = "{\(reference.isInput ? "in" : "out").\(reference.name)}"
            // Most places are an argument of their own.
            if argument == place { return [] }
            argument = argument.replacing(place, with: " ")
        }
        if isProgram { return scripts.contains { argument.hasSuffix($0) } ? [argument] : [] }
        var words: [String] = []
        if argument.contains(where: { $0.isWhitespace || marks.contains($0) }) {
            words = argument.split { $0.isWhitespace || marks.contains($0) }.map(String.init)
        } else {
            words = [argument]
        }
        let parts = argument.split(omittingEmptySubsequences: false) { "\"'`".contains($0) }.map(String.init)
        // Between two quotes a name may have blanks.
        let quoted = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        let all = ArgumentPaths.spellings(argument, isProgram: false)
        let spelled = (all.filter(\.isCertain) + all.filter { !$0.isCertain }).map(\.0.path)
        let named = quoted.filter { $0.contains(where: \.isWhitespace) && !$0.allSatisfy(\.isWhitespace) }
        return (words.filter { !$0.hasPrefix("-") } + named + spelled).prefix(2_000).filter {
            ![".", "..", "", "/"].contains($0) && !isOption($0)
        }
    }

    /// `-m`, `--lr`: no file is called so; `-notes.txt` and `-x/y` may be.
    private static func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && !word.contains(".") && !word.contains("/")
    }

    /// What parts words in a script of a shell or of Python.
    private static let marks = "\"'`;|&<>()[]{}$,"

    static let scripts = [".py", ".sh", ".R", ".jl", ".pl"]

    /// The files of the modules that words run, whichever program takes them: `-m NAME`, joined as `-mNAME`, behind flags as `-um NAME`,
    /// or `--module NAME`.
    private func modules(_ words: [String], in folders: [String]) -> [String] {
        words.indices.dropFirst().flatMap { index -> [String] in
            let word = words[index]
            var name: Substring?
            if word.hasPrefix("--module=") {
                name = word.dropFirst("--module=".count)
            } else if word == "--module" {
                name = ""
            } else if word.hasPrefix("-"), !word.hasPrefix("--"), let option = word.firstIndex(of: "m"),
                word[..<option].dropFirst().allSatisfy(\.isLetter)
            {
                name = word[word.index(after: option)...]
            }
            guard let name else { return [] }
            let asked = name.isEmpty ? index + 1 < words.count ? words[index + 1] : "" : String(name)
            // What is a file itself is meant as that.
            guard !CustomStep.mayBeFile(asked) || !isFile(asked) else { return [] }
            return ([""] + folders.map { $0 + "/" }).flatMap { module(asked, in: $0) }
        }
    }

    /// The files of a module of the recipe's folder, or of one that `place` leads to: of a package, all that it holds. Empty for a
    /// module that is installed.
    private func module(_ name: String, in place: String) -> [String] {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 32, place.utf8.count < 1_024, name.utf8.count < 1_024,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
        else { return [] }
        let root = place + parts[0]
        let path = absolute(root)
        if surroundings.look(path) == .folder { return surroundings.modules(path).map { "\(root)/\($0)" } }
        return isFile(root + ".py") ? [root + ".py"] : []
    }
}
