// What a learner is fitted on: out-of-fold predictions, features whose columns are there, settings that it has.

internal import Diagnostics
internal import Formats
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
        where feature == .overlap && recipe.data.columns.texts.all.count < 2 {
            let isShort = recipe.data.columns.named == nil
            reading.report(
                Finding(
                    .missingKey, "the feature overlap needs \(isShort ? "data.columns.prompt" : "two texts")",
                    at: place.span,
                    help: isShort
                        ? "name the column of the prompts, or leave the feature out"
                        : "name another text in data.columns.texts, or leave the feature out"))
        }
        if learner.features.contains(.extra), recipe.data.columns.extra.isEmpty, let place = node["features"] {
            reading.report(
                Finding(
                    .missingKey, "the feature extra needs data.columns.extra", at: place.span,
                    help: "name the columns there, or leave the feature out"))
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
