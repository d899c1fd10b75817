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
        var evaluation = Evaluation(rows: labels.count, classes: classes, metrics: asked, scores: whole.scores)
        evaluation.losses["average"] = whole.losses
        let members = context.inputs.keys.filter { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") }
        for (seed, names) in Dictionary(grouping: members, by: seedName).sorted(by: { $0.key < $1.key }) {
            let table = try joined(names, rows: labels.count, classes: classes, context)
            let score = try scorer.score(table)
            evaluation.losses[seed.isEmpty ? "all" : seed] = score.losses
            if asked != nil {
                evaluation.predictedBySeed[seed.isEmpty ? "all" : seed] = labels.indices.map {
                    likeliest(table[$0])
                }
            }
            evaluation.seeds.append((seed, score.scores))
            evaluation.cells += try scorer.cells(of: table, folds: folds, seed: seed)
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

    /// The predictions of one seed's folds as those of one table, of which they must hold each row once.
    private func joined(
        _ names: [String], rows count: Int, classes: Int, _ context: StepContext
    ) throws -> Predictions {
        var joined = [Double](repeating: 0, count: count * classes)
        var owners = [String?](repeating: nil, count: count)
        for name in names.sorted() {
            let part = try context.predictions(name, classes: classes, below: count)
            for (index, row) in part.rows.enumerated() {
                if let owner = owners[row] {
                    throw AblateError(
                        .invalid,
                        "row \(row + 1) is predicted by \(context.title(owner)) and by \(context.title(name)); each row has one fold"
                    )
                }
                owners[row] = name
                joined.replaceSubrange(row * classes..<(row + 1) * classes, with: part[index])
            }
        }
        if let row = owners.firstIndex(of: nil) {
            throw AblateError(
                .invalid,
                "no fold predicts row \(row + 1): \(names.sorted().map(context.title).joined(separator: ", "))")
        }
        return Predictions(covering: count, classes: classes, probabilities: joined)
    }

    /// The class with the largest probability, the first of several.
    private func likeliest(_ probabilities: some Collection<Double>) -> Int {
        var (best, most) = (0, -Double.infinity)
        for (label, probability) in probabilities.enumerated() where probability > most {
            (best, most) = (label, probability)
        }
        return best
    }

    private func seedName(_ member: String) -> String {
        member.split(separator: "/").first.map(String.init).flatMap { $0.hasPrefix("seed-") ? $0 : nil } ?? ""
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

    private func scores(_ matrix: ProbabilityMatrix, _ labels: [Int], _ weights: [Double]?) -> [String: Double] {
        Dictionary(
            metrics.map { ($0.name, $0.score(matrix, labels: labels, weights: weights)) },
            uniquingKeysWith: { first, _ in first })
    }

    func reliability(_ table: Predictions) throws -> Reliability {
        Reliability(
            try ProbabilityMatrix(values: table.probabilities, classCount: table.classes), labels: labels)
    }

    /// A score for each fold whose rows weigh anything.
    func cells(of table: Predictions, folds: Folds, seed: String) throws -> [Evaluation.Cell] {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        return (0..<folds.count).compactMap { fold in
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            let part = matrix.selecting(rows: rows)
            let own = rows.map { labels[$0] }
            let weights = weights.map { weights in rows.map { weights[$0] } }
            if let weights, weights.reduce(0, +) <= 0 { return nil }
            return Evaluation.Cell(
                seed: seed, fold: fold, rows: rows.count, scores: scores(part, own, weights))
        }
    }
}
