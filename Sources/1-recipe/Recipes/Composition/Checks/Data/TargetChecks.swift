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

    /// Whether a row has one label, whose columns are data.labels.
    private var isOfOneLabel: Bool { kind.form.isOfOneLabel }

    /// What the sections about data and folds say, and rounds.
    func report(_ tree: Node, _ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        guard !isOfOneLabel else { return checkColumns(data, &reading) }
        if let place = data["labels"] {
            reading.report(
                Finding(
                    .conflictingKeys, "columns.label names what a recipe of the target \(kind.rawValue) predicts",
                    at: place.span, help: "remove data.labels"))
        }
        if let place = data["constraint"] {
            reading.report(mismatch("a constraint speaks of one label a row", at: place, help: "remove it"))
        }
        if recipe.folds.kind.isStratified, let place = tree["folds"]?["kind"] {
            let other: FoldKind = recipe.data.columns.group == nil ? .kFold : .groupKFold
            reading.report(
                mismatch(
                    "\(recipe.folds.kind.rawValue) keeps the shares of labels, of which a row has one", at: place,
                    help: "use \(other.rawValue)"))
        }
        if kind == .choice, recipe.data.columns.group == nil, let place = data["target"] {
            reading.report(
                mismatch(
                    "data.columns.group names no column", at: place,
                    help: "name the column that says which rows are the candidates of one question"))
        }
        if kind == .choice, recipe.data.columns.labels.count > 1, let place = data["columns"]?["label"] {
            reading.report(
                mismatch(
                    "one column says which row of a group is right, and \(recipe.data.columns.labels.count) are named",
                    at: place, help: "name the column that has 1 for the right row and 0 for the others"))
        }
        if recipe.rounds != nil, let place = tree["rounds"] {
            reading.report(mismatch("a pseudo-label is one label of a row", at: place, help: "remove rounds"))
        }
    }

    /// Several columns of one label are one for each of data.labels.
    private func checkColumns(_ data: Node, _ reading: inout Reading) {
        let (columns, labels) = (recipe.data.columns.labels, recipe.data.labels)
        guard columns.count > 1, columns.count != labels.count, let place = data["columns"]?["label"] else { return }
        reading.report(
            mismatch(
                "\(columns.count) columns are named, and data.labels has \(labels.count)", at: place,
                help:
                    "name one column of labels, or a column of 0 and 1 for each label in their order; where columns are numbers, write target: number"
            ))
    }

    /// - Parameter tree: the resolved tree of the model.
    func report(_ model: Model, at tree: Node, _ reading: inout Reading) {
        let training = tree["training"]
        let own = model.fineTune?.training
        if own?.loss != nil, kind != .number, kind != .ordinal, let place = training?["loss"] {
            let subject = kind == .choice ? "choices" : kind.rawValue
            reading.report(
                mismatch(
                    "this is a loss of numbers; \(subject) are trained by cross-entropy", at: place,
                    help: "remove it"))
        }
        // With a loss of numbers, ordered labels are trained as their places.
        guard !isOfOneLabel || own?.loss != nil else { return }
        let why = isOfOneLabel ? " where labels are trained as numbers" : ""
        if model.pseudoLabels != .off, let place = tree["pseudo-labels"] {
            reading.report(mismatch("pseudo-labels are labels\(why)", at: place, help: "remove them"))
        }
        if own?.labelSmoothing ?? 0 != 0, let place = training?["label-smoothing"] {
            reading.report(mismatch("there are no labels to smooth\(why)", at: place, help: "remove it"))
        }
        if own?.focal ?? 0 != 0, let place = training?["focal"] {
            reading.report(
                mismatch("focal loss speaks of the probability of a row's label\(why)", at: place, help: "remove it"))
        }
        if own?.classWeights ?? .none != .none, let place = training?["class-weights"] {
            reading.report(
                mismatch(
                    "there are no classes to weigh\(why)", at: place,
                    help: "remove it; rows have data.columns.weight"))
        }
    }

    /// - Parameter node: the resolved tree of the entry.
    func report(_ entry: StackEntry, at node: Node, _ reading: inout Reading) {
        switch entry {
        case .ridge where kind != .number:
            guard let place = node["ridge"] else { return }
            reading.report(mismatch("ridge predicts numbers", at: place, help: "use logistic"))
        case .logistic where kind == .number:
            guard let place = node["logistic"] else { return }
            reading.report(mismatch("logistic predicts classes", at: place, help: "use ridge"))
        case .optimize(let own) where own.method == .thresholds && kind != .ordinal:
            guard let place = node["method"] else { return }
            reading.report(
                mismatch(
                    "thresholds part labels that have an order", at: place,
                    help: kind == .classes ? "write target: ordinal, if they have one" : "remove the entry"))
        case .optimize where !isOfOneLabel:
            guard let place = node["optimize"] else { return }
            reading.report(
                mismatch("optimize works on probabilities of one label a row", at: place, help: "remove the entry"))
        case .average(let average) where !isOfOneLabel:
            guard average.mean != .probabilities, let place = node["mean"] else { return }
            reading.report(
                mismatch(
                    "mean: \(average.mean.rawValue) is a scale of the probabilities of one label a row", at: place,
                    help: "remove it: what is predicted is averaged as it is"))
        default: return
        }
    }

    private func mismatch(_ what: String, at place: Node, help: String) -> Finding {
        Finding(
            .targetMismatch, "\(what), and data.target is \(kind.rawValue)", at: place.span, help: help)
    }
}
