// The keys of `folds` that belong together: what each kind needs, and what means nothing to it. Knows no table.

internal import Diagnostics
internal import Nodes

struct FoldChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let folds = tree["folds"] else { return }
        let kind = recipe.folds.kind
        for key in Self.needed(by: kind) where folds[key.name] == nil {
            reading.report(
                Finding(
                    .missingKey, "folds of kind \(kind.rawValue) need \"\(key.name)\"", at: folds.span, help: key.help))
        }
        for entry in folds.entries ?? [] where Self.meaningless(to: kind).contains(entry.key) {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(entry.key)\" means nothing to folds of kind \(kind.rawValue)",
                    at: entry.keySpan, help: "remove it"))
        }
    }

    private static func needed(by kind: FoldKind) -> [(name: String, help: String)] {
        switch kind {
        case .kFold, .stratifiedKFold, .groupKFold, .stratifiedGroupKFold: []
        case .column:
            [
                ("column", "name the column of the training table that has each row's fold"),
                ("count", "write how many different values the column has: the plan is made before the table is read"),
            ]
        }
    }

    private static func meaningless(to kind: FoldKind) -> Set<String> {
        switch kind {
        case .kFold, .stratifiedKFold, .groupKFold, .stratifiedGroupKFold: ["column"]
        case .column: ["seed"]
        }
    }
}
