// What is allowed and probably not meant. Runs on a recipe that has no errors.

internal import Diagnostics
internal import Nodes

struct Lints {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    let graph: ReferenceGraph
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    let context: (Backbone) -> Int?

    func report(_ reading: inout Reading) {
        reportConfounded(&reading)
        reportEnsembleSizes(&reading)
        reportContexts(&reading)
        reportUnused(&reading)
    }

    // MARK: - Ablations

    /// Two settings that always change together: no comparison can say which of them did it.
    private func reportConfounded(_ reading: inout Reading) {
        for ablation in recipe.ablations {
            guard let node = tree["ablations"]?[ablation.name] else { continue }
            var bundles: [(keys: [String], span: Span)] = []
            if ablation.value.zip.count > 1, let zip = node.entries?.first(where: { $0.key == "zip" }) {
                bundles.append((ablation.value.zip.map(\.key), zip.keySpan))
            }
            for bundle in ablation.value.together where (bundle.value.entries?.count ?? 0) > 1 {
                bundles.append((bundle.value.entries?.map(\.key) ?? [], bundle.keySpan))
            }
            guard let first = bundles.first else { continue }
            reading.report(
                Finding(
                    "confounded", "\(first.keys.joined(separator: " and ")) change together", at: first.span,
                    severity: .warning,
                    help: "a difference cannot say which of them made it; `vary` makes a grid that tells them apart"))
        }
    }

    // MARK: - Ensembles

    /// A temperature fitted on the mean of few predictions is wrong for the mean of many: averaging makes probabilities flatter.
    private func reportEnsembleSizes(_ reading: inout Reading) {
        var known: [String: Int?] = [:]
        for entry in recipe.stack {
            guard let optimization = entry.value.optimization, let node = tree["stack"]?[entry.name] else { continue }
            let fitted = memberCount(of: optimization.fitting, &known)
            let applied = memberCount(of: optimization.target, &known)
            guard recipe.data.test != nil, let fitted, let applied, fitted != applied else { continue }
            reading.report(
                Finding(
                    "ensemble-size",
                    "this is fitted on means of \(fitted) predictions, and applied to means of \(applied)",
                    at: (node["fitted-on"] ?? node["optimize"] ?? node).span, severity: .warning,
                    help: "averaging flattens probabilities, so fit on as many as it is applied to where you can"))
        }
    }

    /// How many models and seeds are averaged in a model or entry; nil where a learner stands between. Folds do not count: that
    /// test rows are predicted by the mean of all of them is how folds are used, and nothing a writer could mend cheaply.
    private func memberCount(of name: String, _ known: inout [String: Int?]) -> Int? {
        if let model = recipe.models.first(where: { $0.name == name })?.value { return model.effectiveSeeds.count }
        if let count = known[name] { return count }
        guard let members = recipe.stack.first(where: { $0.name == name })?.value.average?.members else { return nil }
        var sum: Int? = 0
        for member in members {
            let count = memberCount(of: member, &known)
            // Averages of averages double with each level: beyond a billion it is all the same.
            sum = sum.flatMap { sum in count.map { min(1 << 30, sum + $0) } }
        }
        known[name] = .some(sum)
        return sum
    }

    // MARK: - Models

    private func reportContexts(_ reading: inout Reading) {
        var subjects: [(model: FineTune, tree: Node)] = recipe.models.compactMap { entry in
            guard let model = entry.value.fineTune, let node = tree["models"]?[entry.name] else { return nil }
            return (model, node)
        }
        for variant in variants.joined() {
            if case .model(.fineTune(let model)) = variant.subject { subjects.append((model, variant.tree)) }
        }
        var known: [Backbone: Int?] = [:]
        for (model, node) in subjects {
            let backbone = model.backbone
            let limit: Int?
            if case .scratch(let scratch) = backbone {
                limit = scratch.context
            } else {
                limit = known[backbone] ?? context(backbone)
                known[backbone] = .some(limit)
            }
            let usesPrompt = (model.template ?? recipe.data.effectiveTemplate).usesPrompt
            let wanted = model.lengths.answer + (usesPrompt ? model.lengths.prompt : 0)
            guard let limit, wanted > limit else { continue }
            let place = node["lengths"]?["answer"] ?? node["lengths"] ?? node["backbone"] ?? node
            reading.report(
                Finding(
                    "lengths-above-context",
                    "prompt and answer may take \(wanted) tokens, and the backbone reads \(limit) with the template",
                    at: place.span, severity: .warning,
                    help: "a longer row stops the run; lower lengths.prompt or lengths.answer"))
        }
    }

    /// A model without a score of its own that nothing uses would cost its fine-tunes for nothing.
    private func reportUnused(_ reading: inout Reading) {
        var roots = recipe.stack.map(\.name) + recipe.steps.map(\.name)
        if let submission = recipe.submission { roots.append(submission.from) }
        if let rounds = recipe.rounds { roots.append(rounds.pseudoLabels.from) }
        let used = graph.closure(of: roots)
        for entry in recipe.models where !used.contains(entry.name) && !entry.value.isOutOfFold {
            guard let place = tree["models"]?.entries?.first(where: { $0.key == entry.name }) else { continue }
            reading.report(
                Finding(
                    "unused-model", "nothing uses \"\(entry.name)\", and fitted on all rows it has no score of its own",
                    at: place.keySpan, severity: .warning,
                    help: "use it in the stack, give it `fit: [folds]`, or remove it"))
        }
    }
}
