// `evaluate`: scores of out-of-fold predictions, per fold and seed, per seed, and of their average.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Scores

extension EvaluateStep: RunnableStep {
    /// Input `average` covers all rows that are scored: those that folds hold out, or those of some folds. Inputs named `seed-S/fold-F` or `fold-F` cover their fold's rows; stack entries have
    /// none, and their cells are the folds of the average.
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        guard rows.classes <= classes else {
            throw AblateError(
                .invalid, "\(context.title("rows")) has \(rows.classes) labels, and the predictions have \(classes)")
        }
        let allFolds = try context.folds(covering: rows.ids.count)
        let held = try HeldOutRows(of: rows, folds: allFolds, in: scored)
        let (labels, folds) = (held.labels, held.folds)
        let average = try context.predictions("average", classes: classes, of: held)
        // Recipes that name no metrics, or those, have the keys and files of earlier versions.
        let asked = metrics == Metrics.standard.map(\.name) ? nil : metrics
        let metrics = try metrics.map(metric)
        let scorer = Scorer(metrics: metrics, weights: held.weights)
        let matrix = try ProbabilityMatrix(values: average.probabilities, classCount: average.classes)
        let whole = ScoredRows(matrix, labels: labels)
        let scores = scorer.scores(whole)
        for metric in metrics where scores[metric.name] == nil {
            let names = Set(labels)
            throw AblateError(
                .invalid,
                "\(metric.title) is not defined for these predictions: \(names.count == 1 ? "all \(labels.count) rows have one label" : "its sums over \(labels.count) rows are 0/0"); take \"\(metric.name)\" out of the recipe's metrics"
            )
        }
        var evaluation = Evaluation(rows: labels.count, classes: classes, metrics: asked, scores: scores)
        evaluation.losses["average"] = whole.losses
        for seed in Self.seeds(of: context.inputs.keys) {
            let parts = try Self.members(of: seed, among: context.inputs.keys).map { name in
                (
                    name: context.title(name),
                    predictions: try context.predictions(name, classes: classes, below: held.tableRows)
                )
            }
            let table = try scored(Predictions(joining: parts, covering: held.tableRows, rows: held.rows), labels)
            evaluation.losses[seed] = table.losses
            if asked != nil { evaluation.predictedBySeed[seed] = table.predicted }
            let name = seed == Self.withoutSeed ? "" : seed
            evaluation.seeds.append((name, scorer.scores(table)))
            let number = Self.repeatNumber(of: seed)
            let own = number == 0 ? folds : try context.folds("folds.\(number)", covering: rows.ids.count)
            if context.inputs["folds.1"] != nil { evaluation.foldsBySeed[seed] = own.folds }
            evaluation.cells += scorer.cells(of: table, folds: own, seed: name)
        }
        if evaluation.cells.isEmpty { evaluation.cells = scorer.cells(of: whole, folds: folds, seed: "") }
        evaluation.groups = held.groups ?? held.rows
        if !held.isWhole { cover(&evaluation, by: held, of: rows, allFolds) }
        evaluation.folds = folds.folds
        evaluation.labels = labels
        evaluation.predicted = whole.predicted
        let reliability = Reliability(matrix, labels: labels)
        evaluation.bins = reliability.bins.map { ($0.rows, $0.confidence, $0.accuracy) }
        evaluation.calibrationError = reliability.calibrationError
        try context.write(evaluation.bytes, as: "evaluation")
        return StepOutcome(
            outputs: ["evaluation"],
            metrics: .object(scores.mapValues { .number($0) }))
    }

    /// What a reader of an evaluation of some rows cannot know without the others.
    private func cover(_ evaluation: inout Evaluation, by held: HeldOutRows, of table: Rows, _ folds: Folds) {
        evaluation.covered = held.rows
        let labels = table.labels ?? []
        evaluation.unlearnt = UnseenLabel.all(
            labels: labels, folds: folds.folds, isOrdered: folds.isOrdered, weights: table.weights, classes: classes
        ).filter { label in label.fold.map { scored?.contains($0) ?? true } ?? true }
            .map { .init(label: $0.label, fold: $0.fold, rows: $0.rows, comesLater: $0.comesLater) }
        let ratios = (scored ?? Array(0..<folds.count)).map { fold in
            var (tested, trained) = (0.0, 0.0)
            for row in labels.indices {
                let weight = table.weights?[row] ?? 1
                if folds.folds[row] == fold {
                    tested += weight
                } else if folds.trains(row, without: fold) {
                    trained += weight
                }
            }
            return tested / trained
        }
        let mean = ratios.reduce(0, +) / Double(ratios.count)
        evaluation.testToTrain = mean.isFinite ? mean : nil
    }

    private func metric(_ name: String) throws -> any Metric {
        guard let metric = Metrics.named(name) else {
            throw AblateError(.invalid, "parameter metrics has \"\(name)\", and there is no metric of that name")
        }
        return metric
    }

    private func scored(_ table: Predictions, _ labels: [Int]) throws -> ScoredRows {
        ScoredRows(try ProbabilityMatrix(values: table.probabilities, classCount: table.classes), labels: labels)
    }
}

/// Scores the rows of one table.
private struct Scorer {
    let metrics: [any Metric]
    /// Of each row; nil where all count alike.
    let weights: [Double]?

    func scores(_ table: ScoredRows) -> [String: Double] { scores(table, weights) }

    /// By the names of those metrics that are defined for these rows.
    private func scores(_ rows: ScoredRows, _ weights: [Double]?) -> [String: Double] {
        Dictionary(
            metrics.map { ($0.name, $0.score(rows, weights: weights)) }, uniquingKeysWith: { first, _ in first }
        ).filter { $0.value.isFinite }
    }

    /// The scores of each fold whose rows weigh anything; those that are defined for it, such as an AUC where it has two classes.
    func cells(of table: ScoredRows, folds: Folds, seed: String) -> [Evaluation.Cell] {
        (0..<folds.count).compactMap { fold in
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            let weights = weights.map { weights in rows.map { weights[$0] } }
            if let weights, weights.reduce(0, +) <= 0 { return nil }
            let scores = scores(table.selecting(rows), weights)
            return scores.isEmpty ? nil : Evaluation.Cell(seed: seed, fold: fold, rows: rows.count, scores: scores)
        }
    }
}
