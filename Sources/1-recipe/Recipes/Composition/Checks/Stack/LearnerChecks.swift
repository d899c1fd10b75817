// What a learner is fitted on: out-of-fold predictions, features whose columns are there, settings that it has.

internal import Diagnostics
internal import Nodes

struct LearnerChecks {
    let recipe: Recipe
    let sources: PredictionSources

    /// A learner is fitted on out-of-fold predictions; without them it would learn from what models know by heart.
    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        guard let learner = entry.learner else { return }
        for key in node["settings"]?.entries ?? []
        where !LearnerSettings.meaningful(to: learner.learner).contains(key.key) {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(key.key)\" means nothing to \(learner.learner.rawValue)", at: key.keySpan,
                    help: "remove it"))
        }
        for (name, place) in zip(learner.members, node[learner.learner.rawValue]?.elements ?? []) {
            guard sources.withoutOutOfFold.contains(name) else { continue }
            reading.report(
                Finding(
                    .noOutOfFold, "\"\(name)\" has no out-of-fold predictions to fit on", at: place.span,
                    help: "give the model `fit: [folds]`"))
        }
        for (feature, place) in zip(learner.features, node["features"]?.elements ?? [])
        where feature == .overlap && recipe.data.columns.prompt == nil {
            reading.report(
                Finding(
                    .missingKey, "the feature overlap needs data.columns.prompt", at: place.span,
                    help: "name the column of the prompts, or leave the feature out"))
        }
        if learner.features.contains(.groupStatistics), recipe.data.columns.group == nil,
            let place = node["features"]
        {
            reading.report(
                Finding(
                    .missingKey, "group-statistics need data.columns.group", at: place.span,
                    help: "name the column of the groups, or leave the feature out"))
        }
    }
}
