// Weights of an average: that they fit its members, and have something to be fitted on.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let noOutOfFold = FindingRule(
        "no-out-of-fold", .scores, "Something is fitted on predictions that are not out-of-fold.",
        "A model fitted on all rows knows their labels by heart, and what is fitted on its predictions learns to trust that."
    )
}

struct AverageChecks {
    let sources: PredictionSources

    /// Weights that fit the members, and something to fit them on.
    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        guard let average = entry.average, let place = node["weights"] else { return }
        let members = average.members
        if case .given(let weights) = average.weights {
            if weights.count != members.count {
                reading.report(
                    Finding(
                        .badValue, "there are \(members.count) members and \(weights.count) weights", at: place.span,
                        help: "write one weight for each member, in their order"))
            } else if !weights.contains(where: { $0 > 0 }) {
                reading.report(
                    Finding(.outOfRange, "every weight is 0, so nothing would be averaged", at: place.span))
            }
        }
        if average.weights == .simplex, [.logits, .rank].contains(average.mean), let mean = node["mean"] {
            reading.report(
                Finding(
                    .conflictingKeys, "weights on the simplex are fitted for probabilities and geometric means alone",
                    at: mean.span, notes: [.init("weights stand here", at: place.span)], help: "use weights: greedy"))
        }
        guard average.weights.isFitted else { return }
        for (name, member) in zip(members, node["average"]?.elements ?? [])
        where sources.withoutOutOfFold.contains(name) {
            reading.report(
                Finding(
                    .noOutOfFold, "\"\(name)\" has no out-of-fold predictions to fit weights on", at: member.span,
                    help: "give the model `fit: [folds]`"))
        }
    }
}
