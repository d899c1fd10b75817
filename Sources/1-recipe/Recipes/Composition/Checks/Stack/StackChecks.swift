// One entry of the stack, of a recipe or of a variant: keys that mean something, members that predict, and what its kind asks for.

internal import Diagnostics
internal import Nodes

struct StackChecks {
    let recipe: Recipe
    let sources: PredictionSources

    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        checkKeys(of: node, &reading)
        checkSteps(at: node, &reading)
        CoverageChecks(sources: sources).report(entry, at: node, &reading)
        AverageChecks(sources: sources).report(entry, at: node, &reading)
        LearnerChecks(recipe: recipe, sources: sources).report(entry, at: node, &reading)
        OptimizationChecks(recipe: recipe, sources: sources).report(entry, at: node, &reading)
        TargetChecks(recipe: recipe).report(entry, at: node, &reading)
    }

    /// Keys that would silently do nothing.
    private func checkKeys(of node: Node, _ reading: inout Reading) {
        guard let (kind, keys) = StackEntry.declaration.meaningless(in: node) else { return }
        for key in keys {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(key.key)\" means nothing to \(kind)", at: key.keySpan,
                    help: "remove it"))
        }
    }

    /// A custom step takes a model's place by outputs of two names.
    private func checkSteps(at node: Node, _ reading: inout Reading) {
        let places =
            StackEntry.memberKeys.flatMap { node[$0]?.elements ?? [] }
            + ["optimize", "fitted-on"].compactMap { node[$0] }
        for place in places {
            guard let outputs = sources.outputs[place.scalar?.text ?? ""], !outputs.contains("out-of-fold"),
                !outputs.contains("test")
            else { continue }
            PredictionSources.reportMissing("out-of-fold", at: place, outputs: outputs, &reading)
        }
    }
}
