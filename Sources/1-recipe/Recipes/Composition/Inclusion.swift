// `include`: sections from other files. Works on trees, so that every value keeps its file and place.

internal import Diagnostics
internal import Digests
internal import Nodes

extension FindingRule {
    static let missingInclude = FindingRule(
        "missing-include", .names, "An included file cannot be read.",
        "Paths start from the recipe's folder.")
    static let includeConflict = FindingRule(
        "include-conflict", .names, "Two files say the same thing of the recipe.",
        "Included files add sections and named entries; none of them overrides another.")
    static let includeCycle = FindingRule(
        "include-cycle", .names, "A file includes itself, through others.",
        "Take out one of the includes of the circle.")
}

struct Inclusion {
    /// The text of a file named in a recipe.
    let read: @Sendable (String) throws(Unreadable) -> SourceFile

    /// The tree with the sections of every included file in it. Files that are not there, that include each other, or that say
    /// something the recipe says already are reported.
    func resolve(_ root: Node, _ reading: inout Reading) -> Node {
        var seen: Set<ExactText> = []
        return resolve(root, path: [], seen: &seen, &reading)
    }

    /// A file that two others include is read once.
    private func resolve(_ root: Node, path: [String], seen: inout Set<ExactText>, _ reading: inout Reading) -> Node {
        guard let list = root["include"], let elements = list.elements else { return root }
        var merged = root
        for item in elements {
            guard let name = item.scalar?.text else { continue }
            guard !name.isEmpty else {
                reading.report(
                    Finding(
                        .missingInclude, "the name of the included file is empty", at: item.span,
                        help: "name a file, or remove the entry"))
                continue
            }
            guard !path.contains(where: name.isExactly) else {
                reading.report(
                    Finding(
                        .includeCycle, "\(name) includes itself: \((path + [name]).joined(separator: " -> "))",
                        at: item.span))
                continue
            }
            guard path.count < 16 else {
                reading.report(Finding(.tooDeep, "files are included more than 16 deep", at: item.span))
                continue
            }
            guard seen.insert(ExactText(name)).inserted else { continue }
            let file: SourceFile
            do {
                file = try read(name)
            } catch {
                for finding in error.findings { reading.report(finding) }
                if error.findings.isEmpty {
                    reading.report(
                        Finding(
                            .missingInclude, "cannot read \"\(name)\": \(error.reason)", at: item.span,
                            help: error.advice.isEmpty ? "paths start from the recipe's folder" : error.advice))
                }
                continue
            }
            guard let included = parse(file, &reading) else { continue }
            guard let entries = included.entries else {
                reading.wrongType(included, wanted: "a mapping with sections of a recipe")
                continue
            }
            let own = resolve(included, path: path + [name], seen: &seen, &reading)
            if let key = entries.first(where: { $0.key == "recipe" || $0.key == "about" }) {
                reading.report(
                    Finding(
                        .includeConflict, "an included file cannot have \"\(key.key)\": that is the recipe's own",
                        at: key.keySpan, help: "remove it here"))
            }
            merged = merge(merged, with: own, path: [], &reading)
        }
        return merged
    }

    private func parse(_ file: SourceFile, _ reading: inout Reading) -> Node? {
        do {
            let document = try Document(parsing: file)
            for finding in document.findings { reading.report(finding) }
            return document.root
        } catch {
            for finding in error.all { reading.report(finding) }
            return nil
        }
    }

    /// Sections join name by name: two files may each define models, and never the same one.
    private func merge(_ base: Node, with other: Node, path: [String], _ reading: inout Reading) -> Node {
        guard var entries = base.entries, let additions = other.entries else { return base }
        var places = Dictionary(
            entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
        for addition in additions where !(path.isEmpty && ["include", "recipe", "about"].contains(addition.key)) {
            guard let index = places[addition.key] else {
                places[addition.key] = entries.count
                entries.append(addition)
                continue
            }
            // Only the sections themselves are joined: a model or a template in two pieces would be hard to read.
            if path.isEmpty, entries[index].value.entries != nil, addition.value.entries != nil {
                entries[index].value = merge(
                    entries[index].value, with: addition.value, path: [addition.key], &reading)
                continue
            }
            let name = (path + [addition.key]).joined(separator: ".")
            reading.report(
                Finding(
                    .includeConflict, "\"\(name)\" is said twice", at: addition.keySpan,
                    notes: [.init("first defined here", at: entries[index].keySpan)],
                    help: "keep one of the two; to change a value for one run, use --set"))
        }
        return Node(.mapping(entries), at: base.span, origin: base.origin)
    }
}
