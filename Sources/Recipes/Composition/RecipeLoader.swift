// Text to a recipe that has passed every check: parse, override, inherit, decode, expand, cross-check.

package import Diagnostics
package import Nodes

/// What a recipe is read from, and what of the world it may ask about.
package struct RecipeLoader: Sendable {
    package var file: SourceFile
    /// Absolute path of the folder that relative paths start from.
    package var folder: String
    package var overrides: [String]
    /// Whether there is a file or folder at an absolute path; the module itself does no I/O.
    package var exists: @Sendable (String) -> Bool

    package init(
        file: SourceFile, folder: String, overrides: [String] = [], exists: @escaping @Sendable (String) -> Bool
    ) {
        self.file = file
        self.folder = folder
        self.overrides = overrides
        self.exists = exists
    }

    /// Everything wrong with the recipe, missing files included, or the recipe. Errors: all findings at once.
    package func load() throws(Findings) -> LoadedRecipe {
        let document = try Document(parsing: file)
        var root = document.root
        var reading = Reading()
        for finding in document.findings { reading.report(finding) }
        for argument in overrides {
            do {
                root = try Override(argument).apply(to: root)
            } catch {
                for finding in error.all { reading.report(finding) }
            }
        }
        root = Inheritance.resolve(root, &reading)
        ReferenceChecks(tree: root).report(&reading)
        let recipe = Recipe.declaration.shape.decode(root, &reading)
        guard let recipe else {
            throw Findings(reading.findings + missingFiles(in: root))
        }
        var variants: [[Variant]] = []
        for entry in recipe.ablations {
            var own: [Variant] = []
            if let base = root["models"]?[entry.value.of], let node = root["ablations"]?[entry.name] {
                own = VariantExpansion(ablation: entry.value, name: entry.name, node: node, base: base).variants(
                    &reading)
            }
            variants.append(own)
        }
        CrossChecks(recipe: recipe, tree: root).report(&reading)
        let missing = missingFiles(in: root)
        guard !reading.findings.hasErrors else { throw Findings(reading.findings + missing) }
        return LoadedRecipe(
            recipe: recipe, tree: root, file: file, folder: folder, variants: variants, missing: missing,
            warnings: reading.findings)
    }

    private func missingFiles(in root: Node) -> [Finding] {
        var paths: [(String, Node)] = []
        for path in [["data", "train"], ["data", "test"], ["submission", "sample"]] {
            if let node = root.value(at: path), let text = node.scalar?.text { paths.append((text, node)) }
        }
        for entry in root["models"]?.entries ?? []
        where entry.value["backbone"]?.origin.contains(where: { $0.hasPrefix("like") }) != true {
            guard let node = entry.value["backbone"], let text = node.scalar?.text else { continue }
            if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") { paths.append((text, node)) }
        }
        return paths.compactMap { text, node in
            let absolute = text.hasPrefix("/") ? text : folder + "/" + text
            guard !text.isEmpty, !exists(absolute) else { return nil }
            return Finding(
                "missing-file", "there is no file \"\(text)\"", at: node.span, help: "it was looked for at \(absolute)")
        }
    }
}
