// Models that would be fitted for nothing.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let unusedModel = FindingRule(
        "unused-model", .models, .warning, "Nothing uses a model, and it has no score of its own.",
        "Its fine-tunes would be paid for nothing.")
}

struct UnusedModels {
    let recipe: Recipe
    let tree: Node
    let graph: ReferenceGraph

    /// A model without a score of its own that nothing uses would cost its fine-tunes for nothing.
    func report(_ reading: inout Reading) {
        var needed = recipe.stack.map(\.name) + recipe.steps.map(\.name)
        if let submission = recipe.submission { needed.append(submission.from) }
        if let rounds = recipe.rounds { needed.append(rounds.pseudoLabels.from) }
        let used = graph.closure(of: needed)
        for entry in recipe.models where !used.contains(entry.name) && !entry.value.isOutOfFold {
            guard let place = tree["models"]?.entries?.first(where: { $0.key == entry.name }) else { continue }
            reading.report(
                Finding(
                    .unusedModel, "nothing uses \"\(entry.name)\", and fitted on all rows it has no score of its own",
                    at: place.keySpan,
                    help: "use it in the stack, give it `fit: [folds]`, or remove it"))
        }
    }
}
