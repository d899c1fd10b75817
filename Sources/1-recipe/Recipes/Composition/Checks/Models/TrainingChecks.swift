// Settings of a training that must fit together, and the columns that they need.

internal import Diagnostics
internal import Nodes

struct TrainingChecks {
    let recipe: Recipe
    let training: Training
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        let node = tree["training"] ?? tree
        if training.steps != nil, let epochs = node["epochs"], let steps = node["steps"] {
            reading.report(
                Finding(
                    .conflictingKeys, "\"steps\" and \"epochs\" exclude each other", at: steps.span,
                    notes: [.init("epochs stand here", at: epochs.span)], help: "keep one of the two"))
        }
        for (key, isSet) in [("keep", training.keep == .best), ("early-stopping", training.earlyStopping != nil)]
        where isSet && training.validation == 0 {
            reading.report(
                Finding(
                    .missingKey, "\"\(key)\" needs validation rows to judge by", at: (node[key] ?? node).span,
                    help: "add training.validation, such as 0.1; the scored fold is never used for it"))
        }
        if training.earlyStopping != nil, training.steps != nil {
            reading.report(
                Finding(
                    .conflictingKeys, "early-stopping counts epochs, and this model trains for steps",
                    at: (node["early-stopping"] ?? node).span, help: "use epochs, or remove early-stopping"))
        }
        if case .each(let weights) = training.classWeights, !recipe.data.labels.isEmpty,
            weights.count != recipe.data.labels.count
        {
            reading.report(
                Finding(
                    .outOfRange,
                    "there are \(weights.count) class weights, and \(recipe.data.labels.count) labels",
                    at: (node["class-weights"] ?? node).span, help: "write one weight for each of data.labels"))
        }
        if training.order == .groups, recipe.data.columns.group == nil {
            reading.report(
                Finding(
                    .missingKey, "order: groups needs data.columns.group", at: (node["order"] ?? node).span,
                    help: "name the column of the groups"))
        }
    }
}
