// Which files beside a Python file it imports, and these again. Reads import statements as text; runs nothing.

internal import Diagnostics
internal import Digests

struct ImportedModules {
    let surroundings: Surroundings
    /// Absolute path of the folder that imports start from: that of the file.
    let folder: String

    /// The most that are followed.
    private static let most = 1_000

    /// A file of the folder and every module of the folder that it imports, straight or by another, as paths from the folder; the file
    /// first. A package counts with all that it holds. What is not there is installed, or missing, which the run says.
    func files(of file: String) -> [String] {
        var found = [file]
        var known: Set<ExactText> = [ExactText(file)]
        var next = 0
        while next < found.count, found.count < Self.most {
            for name in modules(of: found[next]).sorted() {
                for path in self.files(ofModule: name) where known.insert(ExactText(path)).inserted {
                    found.append(path)
                }
            }
            next += 1
        }
        return found
    }

    /// The first parts of what a file's import statements name.
    private func modules(of file: String) -> Set<String> {
        guard file.hasSuffix(".py"), let text = try? surroundings.read("\(folder)/\(file)", file).text else {
            return []
        }
        var names: Set<String> = []
        // A statement may stand after another, and go on behind a backslash.
        let lines = text.replacing("\\\n", with: " ").split { $0.isNewline || $0 == ";" }
        for line in lines {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.first == "from", words.count > 1 {
                names.insert(String(words[1].prefix { $0 != "." }))
            } else if words.first == "import" {
                for part in words.dropFirst().joined(separator: " ").split(separator: ",") {
                    let name = part.drop { $0 == " " }.prefix { $0 != " " && $0 != "." && $0 != "#" }
                    names.insert(String(name))
                }
            }
        }
        return names.filter { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    }

    private func files(ofModule name: String) -> [String] {
        let path = "\(folder)/\(name)"
        // A package comes before a module of its name.
        if surroundings.look(path) == .folder { return surroundings.modules(path).map { "\(name)/\($0)" } }
        return surroundings.look(path + ".py") == .file ? ["\(name).py"] : []
    }
}
