// What is predicted: that columns, folds, models and entries can serve it. Knows each kind by what it cannot do.

internal import Diagnostics
internal import Nodes
internal import Targets

extension FindingRule {
    static let targetMismatch = FindingRule(
        "target-mismatch", .scores, "Something here cannot serve what the recipe predicts.",
        "Numbers have no classes to weigh, no probabilities to sharpen and no labels to share out among folds; the message says what serves them instead."
    )
}

struct TargetChecks {
    let recipe: Recipe

    private var kind: Target.Kind { recipe.data.kind }

    /// What the sections about data and folds say, and rounds.
    func report(_ tree: Node, _ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        let columns = recipe.data.columns.labels
        switch kind {
        case .classes:
            guard columns.count > 1, let place = data["columns"]?["label"] else { return }
            reading.report(
                mismatch(
                    "one column holds the class of a row, and \(columns.count) are named", at: place,
                    help: "name one column; where they are numbers, write data.target: number"))
        case .number:
            if let place = data["labels"] {
                reading.report(
                    Finding(
                        .conflictingKeys, "numbers have no labels", at: place.span,
                        help: "remove data.labels; columns.label names what is predicted"))
            }
            if let place = data["constraint"] {
                reading.report(mismatch("a constraint speaks of labels", at: place, help: "remove it"))
            }
            if recipe.folds.kind.isStratified, let place = tree["folds"]?["kind"] {
                let other: FoldKind = recipe.data.columns.group == nil ? .kFold : .groupKFold
                reading.report(
                    mismatch(
                        "\(recipe.folds.kind.rawValue) keeps the shares of labels", at: place,
                        help: "use \(other.rawValue)"))
            }
            if recipe.rounds != nil, let place = tree["rounds"] {
                reading.report(mismatch("pseudo-labels are labels", at: place, help: "remove rounds"))
            }
        }
    }

    /// - Parameter tree: the resolved tree of the model.
    func report(_ model: Model, at tree: Node, _ reading: inout Reading) {
        let training = tree["training"]
        switch kind {
        case .classes:
            if model.fineTune?.training.loss != nil, let place = training?["loss"] {
                reading.report(
                    mismatch(
                        "this is a loss of numbers; classes are trained by cross-entropy", at: place, help: "remove it")
                )
            }
        case .number:
            if model.pseudoLabels != .off, let place = tree["pseudo-labels"] {
                reading.report(mismatch("pseudo-labels are labels", at: place, help: "remove them"))
            }
            guard let own = model.fineTune?.training else { return }
            if own.labelSmoothing != 0, let place = training?["label-smoothing"] {
                reading.report(mismatch("there are no labels to smooth", at: place, help: "remove it"))
            }
            if own.classWeights != .none, let place = training?["class-weights"] {
                reading.report(
                    mismatch(
                        "there are no classes to weigh", at: place, help: "remove it; rows have data.columns.weight"))
            }
        }
    }

    /// - Parameter node: the resolved tree of the entry.
    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        switch (kind, entry) {
        case (.classes, .ridge):
            guard let place = node["ridge"] else { return }
            reading.report(mismatch("ridge predicts numbers", at: place, help: "use logistic"))
        case (.number, .logistic):
            guard let place = node["logistic"] else { return }
            reading.report(mismatch("logistic predicts classes", at: place, help: "use ridge"))
        case (.number, .optimize):
            guard let place = node["optimize"] else { return }
            reading.report(mismatch("optimize works on probabilities of labels", at: place, help: "remove the entry"))
        case (.number, .average(let average)):
            guard average.mean != .probabilities, let place = node["mean"] else { return }
            reading.report(
                mismatch(
                    "mean: \(average.mean.rawValue) is a scale of probabilities", at: place,
                    help: "remove it: numbers are averaged as they are"))
        default: return
        }
    }

    private func mismatch(_ what: String, at place: Node, help: String) -> Finding {
        Finding(
            .targetMismatch, "\(what), and data.target is \(kind.rawValue)", at: place.span, help: help)
    }
}
