// Temperatures that are fitted on the mean of few predictions and applied to the mean of many, or the other way round.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let ensembleSize = FindingRule(
        "ensemble-size", .scores, .warning,
        "A temperature is fitted on averages of another size than it is applied to, and will be off.",
        "Averaging makes probabilities flatter, so the temperature that is right for one model is wrong for the mean of ten."
    )
}

struct EnsembleSizes {
    let recipe: Recipe
    let tree: Node

    /// A temperature fitted on the mean of few predictions is wrong for the mean of many: averaging makes probabilities flatter.
    func report(_ reading: inout Reading) {
        var known: [String: Int?] = [:]
        for entry in recipe.stack {
            guard let optimization = entry.value.optimization, let node = tree["stack"]?[entry.name] else { continue }
            let fitted = memberCount(of: optimization.fitting, &known)
            let applied = memberCount(of: optimization.target, &known)
            guard recipe.data.test != nil, let fitted, let applied, fitted != applied else { continue }
            reading.report(
                Finding(
                    .ensembleSize,
                    "this is fitted on means of \(fitted) predictions, and applied to means of \(applied)",
                    at: (node["fitted-on"] ?? node["optimize"] ?? node).span,
                    help: "averaging flattens probabilities, so fit on as many as it is applied to where you can"))
        }
    }

    /// How many models and seeds are averaged in a model or entry; nil where a learner stands between. Folds do not count: that
    /// test rows are predicted by the mean of all of them is how folds are used, and nothing a writer could mend cheaply.
    private func memberCount(of name: String, _ known: inout [String: Int?]) -> Int? {
        if let model = recipe.models.first(where: { $0.name == name })?.value { return model.effectiveSeeds.count }
        if let count = known[name] { return count }
        guard let members = recipe.stack.first(where: { $0.name == name })?.value.average?.members else { return nil }
        var sum: Int? = 0
        for member in members {
            let count = memberCount(of: member, &known)
            // Averages of averages double with each level: beyond a billion it is all the same.
            sum = sum.flatMap { sum in count.map { min(1 << 30, sum + $0) } }
        }
        known[name] = .some(sum)
        return sum
    }
}
