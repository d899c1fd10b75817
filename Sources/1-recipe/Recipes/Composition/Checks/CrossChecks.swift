// What no single key can know: settings that must fit together. Lists the checks; each stands in a file of its own.

internal import Diagnostics
internal import Nodes

struct CrossChecks {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]

    func report(_ reading: inout Reading) {
        if recipe.models.isEmpty, recipe.steps.isEmpty, let place = tree["models"] {
            reading.report(Finding(.missingKey, "at least one model or step is needed here", at: place.span))
        }
        let sources = PredictionSources(recipe)
        SubmissionChecks(recipe: recipe, tree: tree, sources: sources).report(&reading)
        let entries = StackChecks(recipe: recipe, sources: sources)
        let stack = tree.index("stack")
        for entry in recipe.stack {
            if let node = stack[entry.name] { entries.report(entry.value, at: node, &reading) }
        }
        SourceChecks(recipe: recipe, tree: tree).report(&reading)
        GroupChecks(recipe: recipe, tree: tree).report(&reading)
        FoldChecks(recipe: recipe, tree: tree).report(&reading)
        MetricChecks(recipe: recipe, tree: tree).report(&reading)
        TargetChecks(recipe: recipe).report(tree, &reading)
        ColumnChecks(recipe: recipe, tree: tree).report(&reading)
        TemplateChecks(recipe: recipe).report(recipe.data.template, at: tree["data"]?["template"], &reading)
        CustomStepChecks(recipe: recipe, tree: tree, sources: sources).report(&reading)
        AnnotationChecks(recipe: recipe, tree: tree).report(&reading)
        ExtractorChecks(recipe: recipe, tree: tree).report(&reading)
        RoundChecks(recipe: recipe, tree: tree).report(&reading)
        let models = tree.index("models")
        for entry in recipe.models {
            guard let node = models[entry.name] else { continue }
            ModelChecks(recipe: recipe, model: entry.value, tree: node).report(&reading)
        }
        let names = ReferenceChecks(tree: tree)
        for (ablation, own) in zip(recipe.ablations, variants) {
            for variant in own {
                names.report(variant, of: ablation.value.of, &reading)
                switch variant.subject {
                case .model(let model): ModelChecks(recipe: recipe, model: model, tree: variant.tree).report(&reading)
                case .entry(let entry): entries.report(entry, at: variant.tree, &reading)
                }
            }
        }
    }
}
