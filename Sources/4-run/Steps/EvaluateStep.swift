// `evaluate`: scores of out-of-fold predictions, per fold and seed, per seed, and of their average.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Scores

extension EvaluateStep: RunnableStep {
    /// Input `average` covers all rows. Inputs named `seed-S/fold-F` or `fold-F` cover their fold's rows; stack entries have
    /// none, and their cells are the folds of the average.
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let labels = try rows.trueLabels()
        guard rows.classes <= classes else {
            throw AblateError(
                .invalid, "\(context.title("rows")) has \(rows.classes) labels, and the predictions have \(classes)")
        }
        let folds = try context.folds(covering: labels.count)
        let average = try context.predictions("average", classes: classes, covering: labels.count)
        // Recipes that name no metrics, or those, have the keys and files of earlier versions.
        let asked = metrics == Metrics.standard.map(\.name) ? nil : metrics
        let metrics = try metrics.map(metric)
        let scorer = Scorer(metrics: metrics, labels: labels, weights: rows.weights)
        let whole = try scorer.score(average)
        for metric in metrics where whole.scores[metric.name] == nil {
            let names = Set(labels)
            throw AblateError(
                .invalid,
                "\(metric.title) is not defined for these predictions: \(names.count == 1 ? "all \(labels.count) rows have one label" : "its sums over \(labels.count) rows are 0/0"); take \"\(metric.name)\" out of the recipe's metrics"
            )
        }
        var evaluation = Evaluation(rows: labels.count, classes: classes, metrics: asked, scores: whole.scores)
        evaluation.losses["average"] = whole.losses
        for seed in Self.seeds(of: context.inputs.keys) {
            let parts = try Self.members(of: seed, among: context.inputs.keys).map { name in
                (
                    name: context.title(name),
                    predictions: try context.predictions(name, classes: classes, below: labels.count)
                )
            }
            let table = try Predictions(joining: parts, covering: labels.count)
            let score = try scorer.score(table)
            evaluation.losses[seed] = score.losses
            if asked != nil {
                evaluation.predictedBySeed[seed] = labels.indices.map {
                    likeliest(table[$0])
                }
            }
            let name = seed == Self.withoutSeed ? "" : seed
            evaluation.seeds.append((name, score.scores))
            evaluation.cells += try scorer.cells(of: table, folds: folds, seed: name)
        }
        if evaluation.cells.isEmpty { evaluation.cells = try scorer.cells(of: average, folds: folds, seed: "") }
        evaluation.groups = rows.groups ?? Array(labels.indices)
        evaluation.folds = folds.folds
        evaluation.labels = labels
        evaluation.predicted = labels.indices.map { likeliest(average[$0]) }
        let reliability = try scorer.reliability(average)
        evaluation.bins = reliability.bins.map { ($0.rows, $0.confidence, $0.accuracy) }
        evaluation.calibrationError = reliability.calibrationError
        try context.write(evaluation.bytes, as: "evaluation")
        return StepOutcome(
            outputs: ["evaluation"],
            metrics: .object(whole.scores.mapValues { .number($0) }))
    }

    private func metric(_ name: String) throws -> any Metric {
        guard let metric = Metrics.named(name) else {
            throw AblateError(.invalid, "parameter metrics has \"\(name)\", and there is no metric of that name")
        }
        return metric
    }

    /// The class with the largest probability, the first of several.
    private func likeliest(_ probabilities: some Collection<Double>) -> Int {
        var (best, most) = (0, -Double.infinity)
        for (label, probability) in probabilities.enumerated() where probability > most {
            (best, most) = (label, probability)
        }
        return best
    }
}

/// Scores predictions against one table's labels.
private struct Scorer {
    let metrics: [any Metric]
    let labels: [Int]
    let weights: [Double]?

    func score(_ table: Predictions) throws -> (scores: [String: Double], losses: [Double]) {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        return (scores(matrix, labels, weights), LogLoss.perRow(matrix, labels: labels))
    }

    /// By the names of those metrics that are defined for these rows.
    private func scores(_ matrix: ProbabilityMatrix, _ labels: [Int], _ weights: [Double]?) -> [String: Double] {
        Dictionary(
            metrics.map { ($0.name, $0.score(matrix, labels: labels, weights: weights)) },
            uniquingKeysWith: { first, _ in first }
        ).filter { $0.value.isFinite }
    }

    func reliability(_ table: Predictions) throws -> Reliability {
        Reliability(
            try ProbabilityMatrix(values: table.probabilities, classCount: table.classes), labels: labels)
    }

    /// The scores of each fold whose rows weigh anything; those that are defined for it, such as an AUC where it has two classes.
    func cells(of table: Predictions, folds: Folds, seed: String) throws -> [Evaluation.Cell] {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        return (0..<folds.count).compactMap { fold in
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            let part = matrix.selecting(rows: rows)
            let own = rows.map { labels[$0] }
            let weights = weights.map { weights in rows.map { weights[$0] } }
            if let weights, weights.reduce(0, +) <= 0 { return nil }
            let scores = scores(part, own, weights)
            return scores.isEmpty ? nil : Evaluation.Cell(seed: seed, fold: fold, rows: rows.count, scores: scores)
        }
    }
}
