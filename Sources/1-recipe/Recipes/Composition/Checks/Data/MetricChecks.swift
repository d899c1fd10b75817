// Metrics: that the recipe's labels can be scored by them. Knows no metric in particular.

internal import Diagnostics
internal import Nodes
internal import Scores
internal import Targets

extension FindingRule {
    static let metricMismatch = FindingRule(
        "metric-mismatch", .scores, "What the recipe predicts cannot be scored by this metric.",
        "`f1-binary`, for one, is the F of the second of two labels, and of three it is not known which is meant; `rmse` scores numbers, and no classes."
    )
}

struct MetricChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        let target = recipe.data.target
        let subject = target.kind == .classes ? "\(target.width) labels" : "the target \(target.kind.rawValue)"
        var known: Set<String> = []
        for (metric, node) in zip(recipe.metrics, tree["metrics"]?.elements ?? []) {
            let name = metric.name
            if let file = metric.file {
                check(file, at: node, isKnown: !known.insert(name).inserted, &reading)
                continue
            }
            known.insert(name)
            guard let refusal = Metrics.named(name)?.refusal(of: target) else { continue }
            reading.report(
                Finding(.metricMismatch, "\(name) does not fit \(subject): \(refusal)", at: node.span))
        }
    }

    /// What stands beside scores in evaluations and records, by its name.
    private static let taken: Set = ["seed", "fold", "rows", "warnings", "metric-files"]

    /// That results can call it by a name of its own.
    private func check(_ file: MetricFile, at node: Node, isKnown: Bool, _ reading: inout Reading) {
        let place = (node["name"] ?? node["python"] ?? node).span
        let help = "give it a name of its own: name: competition-score"
        if !MetricFile.isName(file.name) {
            reading.report(
                Finding(
                    .badName, "the name of its file, \"\(file.name)\", cannot name a metric", at: place,
                    help: "add a name of small letters, digits and '-': name: competition-score"))
        } else if Metrics.named(file.name) != nil || Self.taken.contains(file.name) {
            reading.report(
                Finding(.badName, "\"\(file.name)\" is a name of ablate's own", at: place, help: help))
        } else if isKnown {
            reading.report(
                Finding(.repeatedValue, "another metric is called \"\(file.name)\" already", at: place, help: help))
        }
    }
}
