// The files that a recipe names: that they are there, and of a kind that can be read to an end. Opens none.

package import Diagnostics
internal import Nodes

extension FindingRule {
    package static let missingFile = FindingRule(
        "missing-file", .names,
        "A file that the recipe names is not there. `plan` shows the steps all the same; `run` begins none.",
        "Paths start from the recipe's folder, and nothing in them is expanded.")
    static let notAFile = FindingRule(
        "not-a-file", .names,
        "What the recipe names is a folder, a pipe or a device where a file belongs, or a file where a folder does.",
        "A file is read more than once, and its content is part of the keys; a pipe could be read once.")
}

struct FileChecks {
    let surroundings: Surroundings
    let folder: String

    /// What a path must be.
    private enum Wanted { case file, folder }

    /// Files that are not there, of code `missing-file`; and what is there and cannot be meant, of code `not-a-file`.
    func findings(_ root: Node) -> [Finding] {
        var findings: [Finding] = []
        for path in [["data", "train"], ["data", "test"], ["data", "validation"], ["submission", "sample"]] {
            guard let node = root.value(at: path) else { continue }
            for part in path == ["data", "train"] ? node.elements ?? [node] : [node] { check(part, .file, &findings) }
        }
        for table in root["data"]?["more"]?.elements ?? [] {
            if let node = table["file"] { check(node, .file, &findings) }
        }
        for metric in root["metrics"]?.elements ?? [] {
            if let node = metric["python"] { check(node, .file, &findings) }
        }
        for entry in (root["models"]?.entries ?? []) + (root["extractors"]?.entries ?? [])
        where entry.value["backbone"]?.origin.contains(where: { $0.hasPrefix("like") }) != true {
            guard let node = entry.value["backbone"], let text = node.scalar?.text else { continue }
            if Self.isPath(text) { check(node, .folder, &findings) }
        }
        for entry in root["models"]?.entries ?? [] {
            for path in Model.files {
                if let node = entry.value.value(at: path) { check(node, .file, &findings) }
            }
        }
        for entry in root["steps"]?.entries ?? [] {
            for input in entry.value["inputs"]?.entries ?? [] where Self.isPath(input.value.scalar?.text ?? "") {
                check(input.value, .file, &findings)
            }
            checkCommand(entry.value, &findings)
        }
        for entry in root["models"]?.entries ?? [] {
            guard let program = entry.value["program"] else { continue }
            checkCommand(program, &findings)
            for file in program["files"]?.elements ?? [] { check(file, .file, &findings) }
        }
        return findings
    }

    /// `python3 rerank.py`: an argument that can only be a script.
    private func checkCommand(_ node: Node, _ findings: inout [Finding]) {
        for argument in node["command"]?.elements ?? [] {
            guard let text = argument.scalar?.text, CustomStep.mayBeFile(text) else { continue }
            // A line of a shell ends like a script that it names.
            let isName = !text.contains(where: \.isWhitespace)
            if isName, text.hasPrefix("./") || CommandFiles.scripts.contains(where: text.hasSuffix) {
                check(argument, .file, &findings)
            }
        }
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text == "." || text == ".."
    }

    private func check(_ node: Node, _ wanted: Wanted, _ findings: inout [Finding]) {
        guard let text = node.scalar?.text, !text.isEmpty else { return }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            findings.append(
                Finding(.badValue, "a path holds no line breaks and no control characters", at: node.span))
            return
        }
        let absolute = text.hasPrefix("/") ? text : folder + "/" + text
        guard let form = surroundings.look(absolute) else {
            findings.append(
                Finding(
                    .missingFile, "there is no \(wanted == .file ? "file" : "folder") \"\(text)\"", at: node.span,
                    help: [Self.unexpanded(text), "it was looked for at \(absolute)"].compactMap { $0 }.joined(
                        separator: "; ")))
            return
        }
        let found: String
        switch (form, wanted) {
        case (.file, .file), (.folder, .folder), (.something, _): return
        case (.folder, .file): found = "a folder"
        case (.file, .folder): found = "a file"
        case (.other(let words), _): found = words
        }
        let help =
            wanted == .file
            ? "name a plain file; of a folder of tables, a pattern in data.train such as data/*.csv"
            : "name a folder in hub layout"
        findings.append(
            Finding(
                .notAFile,
                "a \(wanted == .file ? "file" : "folder") belongs here, and \"\(text)\" is \(found)", at: node.span,
                help: help))
    }

    /// What a shell would have made of a path, and nobody does here.
    private static func unexpanded(_ text: String) -> String? {
        if text.contains("://") { return "addresses are not fetched: download it, and name the file" }
        if text.hasPrefix("~") || text.contains("/~") {
            return "~ is not expanded: write the path in full, or from the recipe's folder"
        }
        if text.contains("$") || text.contains("%") && text.split(separator: "%").count > 2 {
            return "variables are not expanded: write the path in full, or use --set"
        }
        if text.contains(where: { "*?[".contains($0) }) || text.contains("{") && text.contains(",") {
            return
                "no table has such a name; * and ? stand for characters in data.train alone, after the last /, and one file is needed elsewhere"
        }
        return nil
    }
}
