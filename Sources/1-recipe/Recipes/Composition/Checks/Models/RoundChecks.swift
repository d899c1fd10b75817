// Rounds of pseudo-labels: every round is made of fold models alone, and by something that has one for each fold.

internal import Diagnostics
internal import Nodes

struct RoundChecks {
    let recipe: Recipe
    let tree: Node

    /// Every round is made of fold models alone: a model on all rows would have seen the labels of what it predicts.
    func report(_ reading: inout Reading) {
        guard let rounds = recipe.rounds, let node = tree["rounds"] else { return }
        if recipe.data.test == nil {
            reading.report(
                Finding(
                    .missingKey, "pseudo-labels need a test table", at: node.span,
                    help: "add data.test, or remove rounds"))
        }
        if rounds.pseudoLabels.from.isEmpty {
            reading.report(
                Finding(
                    .missingKey, "nothing says what labels the test rows", at: node.span,
                    help: "write rounds: {count: \(rounds.count), from: NAME}, or add a submission"))
        }
        for entry in recipe.models {
            if entry.value.fit.folds != nil, let place = tree["models"]?[entry.name] {
                reading.report(.someFolds("with rounds, \"\(entry.name)\"", at: (place["fit"] ?? place).span))
            } else if entry.value.fit != [.folds], let place = tree["models"]?[entry.name] {
                reading.report(
                    Finding(
                        .fullFitWithPseudoLabels, "with rounds, \"\(entry.name)\" must be fitted on folds alone",
                        at: (place["fit"] ?? place).span, help: "write fit: [folds]"))
            }
            if entry.value.pseudoLabels != .off, let place = tree["models"]?[entry.name]?["pseudo-labels"] {
                reading.report(
                    Finding(
                        .conflictingKeys, "rounds give every model its pseudo-labels", at: place.span,
                        notes: [.init("rounds stand here", at: node.span)], help: "keep one of the two"))
            }
        }
        for name in ReferenceGraph(recipe: recipe, tree: tree).closure(of: [rounds.pseudoLabels.from]) {
            let isStep = recipe.steps.contains { $0.name == name }
            let isBrought = recipe.models.contains {
                $0.name == name && $0.value.isOutOfFold && !$0.value.section.teaches
            }
            if isStep || isBrought { reading.report(Finding.noTeacher(name, at: (node["from"] ?? node).span)) }
        }
    }
}
