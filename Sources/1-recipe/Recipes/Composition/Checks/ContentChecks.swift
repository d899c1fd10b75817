// Whether an optimization knows what its groups hold. Knows no tables.

internal import Diagnostics
internal import Nodes
internal import Scores

extension CrossChecks {
    /// The groups' column, the constraint or the counts, and that they agree.
    func checkContents(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        guard let optimization = entry.value.optimization, let item = node["optimize"] else { return }
        let constraint = recipe.data.constraint
        if constraint == nil, optimization.counts == nil, !optimization.method.toleratesViolations {
            reading.report(
                Finding(
                    "missing-constraint", "optimize needs a constraint that every group obeys", at: item.span,
                    help: "add `constraint: one-of-each` under data, if each group holds each label once"))
        }
        if constraint == nil, recipe.data.columns.group == nil {
            reading.report(
                Finding(
                    "missing-key", "optimize needs data.columns.group", at: item.span,
                    help: "name the column that says which rows belong together"))
        }
        guard let counts = optimization.counts, let place = node["counts"] else { return }
        if counts.count != recipe.data.labels.count {
            reading.report(
                Finding(
                    "out-of-range", "there are \(counts.count) counts and \(recipe.data.labels.count) labels",
                    at: place.span, help: "write one count for each label, in the order of data.labels"))
        } else if LabelCounts(counts) == nil {
            reading.report(
                Finding(
                    "out-of-range",
                    "the counts sum to \(counts.reduce(0, +)), and a group has \(LabelCounts.mostPlaces) rows at most",
                    at: place.span))
        } else if constraint == .oneOfEach, counts.contains(where: { $0 != 1 }) {
            reading.report(
                Finding(
                    "conflicting-keys", "data.constraint says that each label occurs once in a group", at: place.span,
                    help: "remove the constraint, or the counts"))
        }
    }
}
