// Groups of rows: that their column is named where it is needed, and that no fold splits one.

internal import Diagnostics
internal import Nodes
internal import Targets

extension FindingRule {
    static let groupsSplit = FindingRule(
        "groups-split", .scores, "Rows of one group fall into different folds, so scores come out too good.",
        "A model has then seen a row of the same group as the one it is scored on. An error where something is optimized, which works on whole groups; else a warning."
    )
}

struct GroupChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        if recipe.data.columns.group == nil {
            if recipe.folds.kind.needsGroups, let kind = tree["folds"]?["kind"] {
                reading.report(
                    Finding(
                        .missingKey, "\(recipe.folds.kind.rawValue) needs data.columns.group", at: kind.span,
                        help: "name the column of the groups"))
            }
            if recipe.data.constraint != nil, let constraint = data["constraint"] {
                reading.report(
                    Finding(
                        .missingKey, "a constraint needs data.columns.group", at: constraint.span,
                        help: "name the column of the groups"))
            }
            return
        }
        // Optimizing works on whole groups of one fold, and so does what is right of a group; for the rest it is only unwise.
        let isChoice = recipe.data.kind == .choice
        let isFatal = isChoice || recipe.stack.contains { $0.value.optimization?.method.usesGroups ?? false }
        var places = recipe.folds.kind.respectsGroups ? [] : [tree["folds"]?["kind"]]
        if isChoice {
            for (table, node) in zip(recipe.data.more, data["more"]?.elements ?? []) {
                if let kind = table.folds, !kind.respectsGroups { places.append(node["folds"]) }
            }
        }
        for place in places.compactMap({ $0 }) {
            reading.report(
                Finding(
                    .groupsSplit, "rows of one group fall into different folds, and scores come out too good",
                    at: place.span, severity: isFatal ? .error : .warning,
                    help: "use \(isChoice ? FoldKind.groupKFold.rawValue : FoldKind.stratifiedGroupKFold.rawValue)"))
        }
    }
}
