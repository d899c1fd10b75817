// Metrics: that the recipe's labels can be scored by them. Knows no metric in particular.

internal import Diagnostics
internal import Nodes
internal import Scores

extension FindingRule {
    static let metricMismatch = FindingRule(
        "metric-mismatch", .scores, "The recipe's labels cannot be scored by this metric.",
        "`f1-binary`, for one, is the F of the second of two labels, and of three it is not known which is meant.")
}

struct MetricChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        let labels = recipe.data.labels.count
        for (name, node) in zip(recipe.metrics, tree["metrics"]?.elements ?? []) {
            guard let refusal = Metrics.named(name)?.refusal(classes: labels) else { continue }
            reading.report(
                Finding(.metricMismatch, "\(name) does not fit \(labels) labels: \(refusal)", at: node.span))
        }
    }
}
