// Text to a recipe that has passed every check: parse, include, override, inherit, decode, expand, cross-check.

package import Diagnostics
internal import Nodes

/// What a recipe is read from, and what of the world it may ask about.
package struct RecipeLoader: Sendable {
    package var file: SourceFile
    /// Absolute path of the folder that relative paths start from.
    package var folder: String
    package var overrides: [String]
    /// Whether there is a file or folder at an absolute path; the module itself does no I/O.
    package var exists: @Sendable (String) -> Bool
    /// The text of the file at an absolute path, under a name to show; nil where it cannot be read.
    package var read: @Sendable (_ path: String, _ name: String) -> SourceFile?
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    package var context: @Sendable (Backbone) -> Int?

    package init(
        file: SourceFile, folder: String, overrides: [String] = [], exists: @escaping @Sendable (String) -> Bool,
        read: @escaping @Sendable (_ path: String, _ name: String) -> SourceFile? = { _, _ in nil },
        context: @escaping @Sendable (Backbone) -> Int? = { _ in nil }
    ) {
        self.file = file
        self.folder = folder
        self.overrides = overrides
        self.exists = exists
        self.read = read
        self.context = context
    }

    /// Everything wrong with the recipe, missing files included, or the recipe. Errors: all findings at once.
    package func load() throws(Findings) -> LoadedRecipe {
        let document = try Document(parsing: file)
        var root = document.root
        var reading = Reading()
        for finding in document.findings { reading.report(finding) }
        root = Inclusion { [read, folder, file] name in
            read(name.hasPrefix("/") ? name : folder + "/" + name, Self.beside(file.name, name))
        }.resolve(root, &reading)
        for argument in overrides {
            do {
                root = try Override(argument).apply(to: root)
            } catch {
                for finding in error.all { reading.report(finding) }
            }
        }
        root = Inheritance.resolve(root, &reading)
        ReferenceChecks(tree: root).report(&reading)
        guard var recipe = Recipe.declaration.shape.decode(root, &reading) else {
            throw Findings(reading.findings + missingFiles(in: root))
        }
        if let rounds = recipe.rounds {
            recipe.rounds?.pseudoLabels.from = rounds.from ?? recipe.submission?.from ?? ""
        }
        var variants: [[Variant]] = []
        for entry in recipe.ablations {
            var own: [Variant] = []
            let model = root["models"]?[entry.value.of]
            if let base = model ?? root["stack"]?[entry.value.of], let node = root["ablations"]?[entry.name] {
                own = VariantExpansion(
                    ablation: entry.value, name: entry.name, node: node, base: base, isEntry: model == nil
                ).variants(&reading)
            }
            variants.append(own)
        }
        let graph = ReferenceGraph(recipe: recipe, tree: root)
        graph.reportCycles(&reading)
        CrossChecks(recipe: recipe, tree: root, variants: variants).report(&reading)
        if !reading.findings.hasErrors {
            Lints(recipe: recipe, tree: root, variants: variants, graph: graph, context: { context(resolved($0)) })
                .report(&reading)
        }
        let missing = missingFiles(in: root)
        guard !reading.findings.hasErrors else { throw Findings(reading.findings + missing) }
        return LoadedRecipe(
            recipe: recipe, tree: root, file: file, folder: folder, variants: variants, missing: missing,
            warnings: reading.findings, scripts: scripts(of: recipe))
    }

    /// The files of the recipe's folder that custom steps name in their commands, step by step.
    private func scripts(of recipe: Recipe) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: recipe.steps.map { step in
                let files = step.value.command.filter { CustomStep.mayBeFile($0) && exists(folder + "/" + $0) }
                return (step.name, files.filter { !["", ".", ".."].contains($0) })
            })
    }

    /// A backbone whose folder is absolute.
    private func resolved(_ backbone: Backbone) -> Backbone {
        if case .folder(let path) = backbone, !path.hasPrefix("/") { return .folder(folder + "/" + path) }
        return backbone
    }

    /// What an included file is called in findings: as seen from where the recipe's own name is.
    private static func beside(_ name: String, _ other: String) -> String {
        guard !other.hasPrefix("/"), let slash = name.lastIndex(of: "/") else { return other }
        return name[...slash] + other
    }

    private func missingFiles(in root: Node) -> [Finding] {
        var paths: [(String, Node)] = []
        for path in [["data", "train"], ["data", "test"], ["submission", "sample"]] {
            if let node = root.value(at: path), let text = node.scalar?.text { paths.append((text, node)) }
        }
        for entry in (root["models"]?.entries ?? []) + (root["extractors"]?.entries ?? [])
        where entry.value["backbone"]?.origin.contains(where: { $0.hasPrefix("like") }) != true {
            guard let node = entry.value["backbone"], let text = node.scalar?.text else { continue }
            if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") { paths.append((text, node)) }
        }
        for entry in root["steps"]?.entries ?? [] {
            for input in entry.value["inputs"]?.entries ?? [] {
                guard let text = input.value.scalar?.text else { continue }
                if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") {
                    paths.append((text, input.value))
                }
            }
            // `python3 rerank.py`: an argument that can only be a script.
            for argument in entry.value["command"]?.elements ?? [] {
                guard let text = argument.scalar?.text, CustomStep.mayBeFile(text) else { continue }
                if text.hasPrefix("./") || [".py", ".sh", ".R", ".jl", ".pl"].contains(where: text.hasSuffix) {
                    paths.append((text, argument))
                }
            }
        }
        return paths.compactMap { text, node in
            let absolute = text.hasPrefix("/") ? text : folder + "/" + text
            guard !text.isEmpty, !exists(absolute) else { return nil }
            return Finding(
                "missing-file", "there is no file \"\(text)\"", at: node.span, help: "it was looked for at \(absolute)")
        }
    }
}
