// What is optimized: that it is not optimized already, has something to be fitted on, and knows what its groups hold.

internal import Diagnostics
internal import Nodes
internal import Scores

extension FindingRule {
    static let optimizedTwice = FindingRule(
        "optimized-twice", .scores, "What is optimized has seen the labels of other folds already.",
        "Optimize what it is made of, or optimize once, at the end.")
    static let missingConstraint = FindingRule(
        "missing-constraint", .scores, "Optimizing needs a constraint that every group obeys.",
        "Without one, every assignment of labels is possible, and nothing is gained.")
}

struct OptimizationChecks {
    let recipe: Recipe
    let sources: PredictionSources

    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        checkTarget(entry, at: node, &reading)
        checkContents(entry, at: node, &reading)
    }

    /// What is optimized must not be optimized already, and something must be there to fit on.
    private func checkTarget(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        guard let optimization = entry.optimization, let item = node["optimize"] else { return }
        let source = optimization.fitting
        for (name, place) in [(optimization.target, item), (source, node["fitted-on"] ?? item)]
        where sources.optimized.contains(name) {
            reading.report(
                Finding(
                    .optimizedTwice,
                    "\"\(name)\" is optimized already; its predictions have seen the labels of other folds",
                    at: place.span, help: "use what \"\(name)\" is made of"))
            return
        }
        guard sources.withoutOutOfFold.contains(source) else { return }
        reading.report(
            Finding(
                .noOutOfFold, "\"\(source)\" has no out-of-fold predictions to fit on",
                at: (node["fitted-on"] ?? item).span,
                help: "name a model with `fit: [folds]` as fitted-on"))
    }

    /// The groups' column, the constraint or the counts, and that they agree.
    private func checkContents(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        guard let optimization = entry.optimization, let item = node["optimize"] else { return }
        let constraint = recipe.data.constraint
        if constraint == nil, optimization.counts == nil, !optimization.method.toleratesViolations {
            reading.report(
                Finding(
                    .missingConstraint, "optimize needs a constraint that every group obeys", at: item.span,
                    help: "add `constraint: one-of-each` under data, if each group holds each label once"))
        }
        if constraint == nil, recipe.data.columns.group == nil, optimization.method.usesGroups {
            reading.report(
                Finding(
                    .missingKey, "optimize needs data.columns.group", at: item.span,
                    help: "name the column that says which rows belong together"))
        }
        guard let counts = optimization.counts, let place = node["counts"] else { return }
        guard optimization.method.usesGroups else {
            reading.report(
                Finding(
                    .conflictingKeys, "counts mean nothing to thresholds", at: place.span, help: "remove them"))
            return
        }
        if counts.count != recipe.data.labels.count {
            reading.report(
                Finding(
                    .outOfRange, "there are \(counts.count) counts and \(recipe.data.labels.count) labels",
                    at: place.span, help: "write one count for each label, in the order of data.labels"))
        } else if LabelCounts(counts) == nil {
            reading.report(
                Finding(
                    .outOfRange,
                    "the counts sum to \(counts.reduce(0, +)), and a group has \(LabelCounts.mostPlaces) rows at most",
                    at: place.span))
        } else if constraint == .oneOfEach, counts.contains(where: { $0 != 1 }) {
            reading.report(
                Finding(
                    .conflictingKeys, "data.constraint says that each label occurs once in a group", at: place.span,
                    help: "remove the constraint, or the counts"))
        }
    }
}
