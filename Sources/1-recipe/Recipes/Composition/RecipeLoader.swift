// Text to a recipe that has passed every check: parse, include, override, inherit, decode, expand, cross-check.

package import Diagnostics
package import Digests
internal import Nodes
internal import Scores
internal import Synchronization

/// What a recipe is read from, and what of the world it may ask about.
package struct RecipeLoader: Sendable {
    package var file: SourceFile
    /// Absolute path of the folder that relative paths start from.
    package var folder: String
    package var overrides: [String]
    package var surroundings: Surroundings
    /// The most steps that the recipe may ask for.
    package var steps = 100_000.0
    /// Whether texts with this digest (``LoadedRecipe/texts``) are known to break no rule and to call for no warning, as far as they
    /// alone tell. Such rules are passed over; all that the world around the recipe has a say in is looked at each time.
    package var isProven: @Sendable (Digest) -> Bool = { _ in false }

    package init(file: SourceFile, folder: String, overrides: [String] = [], surroundings: Surroundings) {
        self.file = file
        self.folder = folder
        self.overrides = overrides
        self.surroundings = surroundings
    }

    /// - Parameter exists: Whether there is anything at an absolute path, where no more is to be asked of the world.
    package init(
        file: SourceFile, folder: String, overrides: [String] = [], exists: @escaping @Sendable (String) -> Bool
    ) {
        self.init(
            file: file, folder: folder, overrides: overrides,
            surroundings: Surroundings { exists($0) ? .something : nil })
    }

    /// Everything wrong with the recipe, missing files included, or the recipe. Errors: all findings at once.
    package func load() throws(Findings) -> LoadedRecipe {
        let document = try Document(parsing: file)
        var root = document.root
        var reading = Reading()
        for finding in document.findings { reading.report(finding) }
        let included = Included()
        root = Inclusion { [surroundings, folder, file] name throws(Unreadable) in
            let found = try surroundings.read(
                name.hasPrefix("/") ? name : folder + "/" + name, Self.beside(file.name, name))
            included.add(name, found)
            return found
        }.resolve(root, &reading)
        let texts = included.digest(with: file, overrides: overrides, limit: steps)
        let isProven = isProven(texts)
        for argument in overrides {
            do {
                let override = try Override(argument)
                if override.section == "include" {
                    // Files are included before anything is set in what they say.
                    reading.report(
                        Finding(
                            .badOverride, "--set cannot include files", at: override.value.span,
                            help: "write include: into a recipe"))
                    continue
                }
                root = try override.apply(to: root)
            } catch {
                for finding in error.all { reading.report(finding) }
            }
        }
        root = Inheritance.resolve(root, &reading)
        let written = root["data"]?["train"]
        root = TablePatterns(surroundings: surroundings, folder: folder).resolve(root)
        if !isProven { ReferenceChecks(tree: root).report(&reading) }
        let files = FileChecks(surroundings: surroundings, folder: folder).findings(root)
        let missing = files.filter { $0.rule == .missingFile }
        for finding in files where finding.rule != .missingFile { reading.report(finding) }
        guard var recipe = Recipe.declaration.shape.decode(root, &reading) else {
            throw Findings(reading.findings + missing)
        }
        recipe.data.isParted = written?.elements != nil || TablePatterns.isPattern(written?.scalar?.text ?? "")
        if let rounds = recipe.rounds {
            recipe.rounds?.pseudoLabels.from = rounds.from ?? recipe.submission?.from ?? ""
        }
        if root["metrics"] == nil { recipe.metrics = Metrics.standard(of: recipe.data.kind).map { .own($0.name) } }
        let size = PlanSize(recipe: recipe, tree: root, limit: steps)
        if !isProven, let finding = size.refusal(variants: nil) {
            throw Findings(reading.findings + [finding] + missing)
        }
        var variants: [[Variant]] = []
        let (models, stack, ablations) = (root.index("models"), root.index("stack"), root.index("ablations"))
        for entry in recipe.ablations {
            var own: [Variant] = []
            let model = models[entry.value.of]
            if let base = model ?? stack[entry.value.of], let node = ablations[entry.name] {
                own = VariantExpansion(
                    ablation: entry.value, name: entry.name, node: node, base: base, isEntry: model == nil
                ).variants(&reading)
            }
            variants.append(own)
        }
        if !isProven, let finding = size.refusal(variants: variants) {
            throw Findings(reading.findings + [finding] + missing)
        }
        let graph = isProven ? nil : ReferenceGraph(recipe: recipe, tree: root)
        if let graph {
            graph.reportCycles(&reading)
            CrossChecks(recipe: recipe, tree: root, variants: variants).report(&reading)
        }
        FamilyChecks(
            recipe: recipe, tree: root, variants: variants, family: { surroundings.family(resolved($0)) }
        )
        .report(&reading)
        if !reading.findings.hasErrors {
            Lints(
                recipe: recipe, tree: root, variants: variants, graph: graph,
                context: { surroundings.context(resolved($0)) }
            )
            .report(&reading)
        }
        SourceChecks(recipe: recipe, tree: root).report(
            isSame: { surroundings.isSame(absolute($0), absolute($1)) }, &reading)
        let sample = SampleChecks(recipe: recipe, tree: root) { surroundings.beginning(absolute($0), $1) }.finding()
        if let sample { reading.report(sample) }
        WritableChecks(recipe: recipe, tree: root)
            .report(isWritable: { surroundings.isWritable(absolute($0)) }, &reading)
        guard !reading.findings.hasErrors else { throw Findings(reading.findings + missing) }
        let metricFiles = recipe.metrics.compactMap(\.file).map { file in
            let parts = absolute(file.python).split(separator: "/")
            let own = ImportedModules(
                surroundings: surroundings, folder: "/" + parts.dropLast().joined(separator: "/"))
            return (file.name, own.files(of: String(parts.last ?? "")))
        }
        let commands = CommandReadings(recipe: recipe, variants: variants, surroundings: surroundings, folder: folder)
        return LoadedRecipe(
            recipe: recipe, tree: root, file: file, folder: folder, variants: variants, missing: missing,
            warnings: reading.findings, scripts: commands.scripts,
            metricFiles: Dictionary(metricFiles, uniquingKeysWith: { first, _ in first }),
            trainingCopies: commands.trainingCopies,
            mentions: commands.mentions, texts: texts, isProven: isProven)
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

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
}

/// The texts that a recipe is read from besides its own, as they are included.
private final class Included: Sendable {
    private let texts = Mutex<[JSON]>([])

    func add(_ name: String, _ file: SourceFile) {
        texts.withLock { $0.append([.string(name), .string(file.text)]) }
    }

    /// The digest of all that a recipe says, in whichever file.
    func digest(with file: SourceFile, overrides: [String], limit: Double) -> Digest {
        JSON.array([
            .string(file.text), .array(texts.withLock { $0 }), .array(overrides.map { .string($0) }), .number(limit),
        ]).digest
    }
}
