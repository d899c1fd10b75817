// Which files a custom step's command names, however it names them. Knows nothing of what is in them.

struct CommandFiles {
    let surroundings: Surroundings
    /// Absolute path of the recipe's folder, in which a command runs.
    let folder: String

    /// The files that are inputs by content: named whole, after a `=`, behind `@`, `file:` or a short option, from the recipe's folder or by an absolute path, in the
    /// words of a shell's script, or as a Python module of the folder, with all modules of its package. As a path from the folder
    /// where it lies there and has no other name, else as it is written; each once, in the order of the command.
    func files(of command: [String]) -> [String] {
        var found: [String] = []
        var known: Set<String> = []
        func add(_ name: String) { if known.insert(name).inserted { found.append(name) } }
        for (index, argument) in command.enumerated() {
            if CustomStep.mayBeFile(argument), !["", ".", ".."].contains(argument), isFile(argument) {
                add(argument)
                continue
            }
            if index > 0, command[index - 1] == "-m", command[..<(index - 1)].contains(where: Self.isPython) {
                for file in module(argument) { add(file) }
                continue
            }
            for word in Self.words(in: argument, isProgram: index == 0) {
                if let name = name(of: word) { add(name) }
            }
        }
        return found
    }

    private func isFile(_ path: String) -> Bool {
        let form = surroundings.look(path.hasPrefix("/") ? path : folder + "/" + path)
        return form == .file || form == .something
    }

    /// What a word names: nil unless it is a file.
    private func name(of word: String) -> String? {
        guard word.utf8.count < 1_024, !word.utf8.contains(0), isFile(word) else { return nil }
        let path = word.hasPrefix("/") ? word : folder + "/" + word
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
        let spelled = ArgumentPaths.spellings(argument, isProgram: false).filter(\.isCertain).map(\.0.path)
        let named = quoted.filter { $0.contains(where: \.isWhitespace) && !$0.allSatisfy(\.isWhitespace) }
        return (words.filter { !$0.hasPrefix("-") } + named + spelled).prefix(1_000).filter {
            ![".", "..", "", "/"].contains($0)
        }
    }

    /// What parts words in a script of a shell or of Python.
    private static let marks = "\"'`;|&<>()[]{}$,"

    static let scripts = [".py", ".sh", ".R", ".jl", ".pl"]

    private static func isPython(_ argument: String) -> Bool {
        let name = argument.split(separator: "/").last ?? ""
        return name.hasPrefix("python") || name.hasPrefix("pypy")
    }

    /// The files of a module of the recipe's folder: of a package, all that it holds. Empty for a module that is installed.
    private func module(_ name: String) -> [String] {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty && !$0.contains("/") && !$0.utf8.contains(0) }), parts.count <= 32 else {
            return []
        }
        if surroundings.look("\(folder)/\(parts[0])") == .folder {
            return surroundings.modules("\(folder)/\(parts[0])").map { "\(parts[0])/\($0)" }
        }
        let file = parts[0] + ".py"
        return isFile(file) ? [file] : []
    }
}
