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
        for (name, node) in zip(recipe.metrics, tree["metrics"]?.elements ?? []) {
            guard let refusal = Metrics.named(name)?.refusal(of: target) else { continue }
            reading.report(
                Finding(.metricMismatch, "\(name) does not fit \(subject): \(refusal)", at: node.span))
        }
    }
}
