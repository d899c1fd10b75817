// What an entry of the stack is made of covers the same rows: predictions of some folds alone go into a plain average of such.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let someFolds = FindingRule(
        "some-folds", .scores,
        "Something needs out-of-fold predictions of every row, and a model is fitted without some folds alone.",
        "With `fit: {folds: [0, 1]}` a model says nothing of the rows of the other folds. A plain average of models with the same folds covers what they cover."
    )
}

struct CoverageChecks {
    let sources: PredictionSources

    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        for key in ["average", "lightgbm", "logistic", "simplex"] {
            guard let places = node[key]?.elements else { continue }
            let folds = Set(places.map { sources.covered[$0.scalar?.text ?? ""] })
            if entry.average?.isPlain ?? false, folds.count == 1 { continue }
            for place in places { refuse(place, by: key == "average" ? "this average" : key, &reading) }
        }
        for place in ["optimize", "fitted-on"].compactMap({ node[$0] }) { refuse(place, by: "optimize", &reading) }
    }

    private func refuse(_ place: Node, by user: String, _ reading: inout Reading) {
        guard let name = place.scalar?.text, let folds = sources.covered[name] else { return }
        reading.report(
            Finding(
                .someFolds,
                "\(user) needs predictions of every row, and \"\(name)\" is fitted without \(folds.count == 1 ? "fold" : "folds") \(folds.map(String.init).joined(separator: ", ")) alone",
                at: place.span,
                help:
                    "give \"\(name)\" fit: [folds]; a plain average of models that are all fitted without the same folds needs no more"
            ))
    }
}
