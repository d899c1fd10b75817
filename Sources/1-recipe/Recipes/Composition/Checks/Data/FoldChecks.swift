// The keys of `folds` that belong together: what each kind needs, and what means nothing to it. Knows no table.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let oneFold = FindingRule(
        "one-fold", .scores, "With a validation table there is one fold, and something needs several.",
        "What is fitted on the very rows that it is scored on would come out too good.")
    static let oneTable = FindingRule(
        "one-table", .models,
        "A program reads the training table or the folds, and the recipe has several tables, or one in several files.",
        "The folds are those of the rows of all tables, one after another; a program is handed one file.")
    static let laterFolds = FindingRule(
        "later-folds", .scores, .warning,
        "With folds in the order of time, something is fitted across all of them.",
        "Models are trained on earlier rows alone, but weights, learners and coefficients are cross-fitted over all folds, later ones among them: the first fold would have nothing to be fitted on."
    )
}

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
        if kind == .time { remarkCrossings(&reading) }
        checkValidation(kind, at: folds, &reading)
        checkTables(&reading)
        if recipe.folds.repeats > 1 { checkRepeats(at: folds["repeats"] ?? folds, &reading) }
        for entry in folds.entries ?? [] where Self.meaningless(to: kind).contains(entry.key) {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(entry.key)\" means nothing to folds of kind \(kind.rawValue)",
                    at: entry.keySpan, help: "remove it"))
        }
    }

    /// What speaks of one fold for each row.
    private func checkRepeats(at repeats: Node, _ reading: inout Reading) {
        var places: [(String, Node)] = []
        for entry in recipe.models {
            guard let place = tree["models"]?[entry.name] else { continue }
            if entry.value.pseudoLabels != .off { places.append(("pseudo-labels", place["pseudo-labels"] ?? place)) }
            if entry.value.fit.folds != nil {
                places.append(("a model that is fitted without some folds alone", place["fit"] ?? place))
            }
            if case .predictions(let model) = entry.value, model.files.folds != nil {
                places.append(("predictions that were made with folds of their own", place["predictions"] ?? place))
            }
        }
        if recipe.rounds != nil, let place = tree["rounds"] { places.append(("rounds of pseudo-labels", place)) }
        for step in recipe.steps where step.value.inputs.contains(where: { $0.value == "folds" }) {
            if let place = tree["steps"]?[step.name] { places.append(("a program that reads the folds", place)) }
        }
        for (what, place) in places {
            reading.report(
                Finding(
                    .conflictingKeys, "\(what) takes one fold for each row, and the rows are dealt several times",
                    at: place.span, notes: [.init("the repeats stand here", at: repeats.span)],
                    help: "remove one of the two"))
        }
    }

    /// A file of its own, and nothing that takes a second fold.
    private func checkValidation(_ kind: FoldKind, at folds: Node, _ reading: inout Reading) {
        guard kind == .validation else {
            if let place = tree["data"]?["validation"] {
                reading.report(
                    Finding(
                        .conflictingKeys, "a validation table means nothing to folds of kind \(kind.rawValue)",
                        at: place.span, notes: [.init("the folds stand here", at: folds.span)],
                        help: "write folds: {kind: validation}, or remove the table"))
            }
            return
        }
        if recipe.data.validation == nil {
            reading.report(
                Finding(
                    .missingKey, "folds of kind validation need data.validation", at: folds.span,
                    help: "name the table whose rows are scored"))
        }
        let stack = tree.index("stack")
        for entry in recipe.stack where entry.value.average.map({ $0.weights.isFitted }) ?? true {
            guard let place = stack[entry.name] else { continue }
            refuse("\"\(entry.name)\" is fitted on the other folds", at: place, &reading)
        }
        for entry in recipe.models where entry.value.pseudoLabels != .off {
            guard let place = tree["models"]?[entry.name]?["pseudo-labels"] else { continue }
            refuse("pseudo-labels are dealt to several folds", at: place, &reading)
        }
        if recipe.rounds != nil, let place = tree["rounds"] {
            refuse("pseudo-labels are dealt to several folds", at: place, &reading)
        }
    }

    /// Further training tables: each file once, dealt by a kind that deals, and no program that knows of one table alone.
    private func checkTables(_ reading: inout Reading) {
        var seen = recipe.data.trainFiles
        for (table, node) in zip(recipe.data.more, tree["data"]?["more"]?.elements ?? []) {
            if seen.contains(table.file), let place = node["file"] {
                reading.report(
                    Finding(.repeatedValue, "the table \"\(table.file)\" is trained on already", at: place.span))
            }
            seen.append(table.file)
            if let kind = table.folds, let place = node["folds"] {
                let message: String? =
                    switch kind {
                    case .column, .time, .validation: "folds of kind \(kind.rawValue) are of all tables together"
                    case .groupKFold, .stratifiedGroupKFold:
                        recipe.data.columns.group == nil ? "\(kind.rawValue) needs data.columns.group" : nil
                    case .kFold, .stratifiedKFold: table.isScored ? nil : "rows that are not scored are in no fold"
                    }
                if let message { reading.report(Finding(.conflictingKeys, message, at: place.span)) }
            }
        }
        if !recipe.data.more.isEmpty, !recipe.folds.isDealt, let place = tree["data"]?["more"] {
            reading.report(
                Finding(
                    .conflictingKeys, "further tables mean nothing to folds of kind \(recipe.folds.kind.rawValue)",
                    at: place.span, help: "join the tables into one, or take folds of another kind"))
        }
        guard recipe.data.isParted || recipe.data.labelled.count > 1 else { return }
        let words = recipe.data.isParted ? "that of this recipe is several files" : "this recipe has several"
        for entry in recipe.models where entry.value.program != nil {
            guard let place = tree["models"]?[entry.name] else { continue }
            reading.report(
                Finding(
                    .oneTable, "\"\(entry.name)\" is a program for one training table, and \(words)",
                    at: place.span, help: "join the tables into one, with a column that says the folds"))
        }
        for step in recipe.steps {
            guard let place = tree["steps"]?[step.name] else { continue }
            let reads = step.value.inputs.contains { ["data.train", "folds"].contains($0.value) }
            guard reads || step.value.outputs.contains("out-of-fold") else { continue }
            reading.report(
                Finding(
                    .oneTable, "\"\(step.name)\" is a program for one training table, and \(words)",
                    at: place.span, help: "join the tables into one, with a column that says the folds"))
        }
    }

    private func refuse(_ reason: String, at place: Node, _ reading: inout Reading) {
        reading.report(
            Finding(
                .oneFold, "\(reason), and a validation table is one fold alone", at: place.span,
                help:
                    "take folds of another kind, or leave this out; an average with equal or given weights is fitted on nothing"
            ))
    }

    /// What is fitted on out-of-fold predictions sees those of later folds, too: its score is no forecast.
    private func remarkCrossings(_ reading: inout Reading) {
        let stack = tree.index("stack")
        for entry in recipe.stack {
            let isFitted = entry.value.average.map { $0.weights.isFitted } ?? true
            guard isFitted, let place = stack[entry.name] else { continue }
            reading.report(
                Finding(
                    .laterFolds,
                    "\"\(entry.name)\" is fitted on the other folds, also on those that came after the rows it is scored on",
                    at: place.span,
                    help:
                        "read its score as that of a model which knows later years, or take an average with equal weights"
                ))
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
        case .validation: []
        case .time: [("column", "name the column of the training table that has each row's date")]
        }
    }

    private static func meaningless(to kind: FoldKind) -> Set<String> {
        switch kind {
        case .kFold, .stratifiedKFold, .groupKFold, .stratifiedGroupKFold: ["column"]
        case .column, .time: ["seed", "repeats"]
        case .validation: ["column", "count", "seed", "repeats"]
        }
    }
}
