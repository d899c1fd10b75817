// `evaluate`: scores of out-of-fold predictions, per fold and seed, per seed, and of their average.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Scores
internal import Targets

extension EvaluateStep: RunnableStep {
    /// Input `average` covers all rows that are scored: those that folds hold out, or those of some folds. Inputs named `seed-S/fold-F` or `fold-F` cover their fold's rows; stack entries have
    /// none, and their cells are the folds of the average.
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let allFolds = try context.folds(covering: rows.ids.count)
        let held = try HeldOutRows(of: rows, folds: allFolds, in: scored)
        let truth = try Truth(held, target)
        // Each row, or of groups the right one, which stands for all of its group.
        let rated = truth.standing.map(held.selecting) ?? held
        guard rows.classes <= target.width else {
            throw AblateError(
                .invalid,
                "\(context.title("rows")) has \(rows.classes) labels, and the predictions have \(target.width)")
        }
        let (count, folds) = (rated.rows.count, rated.folds)
        let average = try context.predictions("average", target, of: held)
        // Recipes that name no metrics, or those, have the keys and files of earlier versions.
        let asked = metrics == Metrics.standard.map(\.name) ? nil : metrics
        let metrics = try metrics.map(metric)
        let scorer = Scorer(metrics: metrics, weights: rated.table.weights)
        let whole = try truth.scored(average)
        let scores = scorer.scores(whole)
        for metric in metrics where scores[metric.name] == nil {
            throw AblateError(
                .invalid,
                "\(metric.title) is not defined for these predictions: \(truth.isOne ? "all \(count) rows have one label" : "its sums over \(count) rows are 0/0"); take \"\(metric.name)\" out of the recipe's metrics"
            )
        }
        var evaluation = Evaluation(
            rows: count, classes: truth.classes ?? target.width, metrics: asked, scores: scores)
        truth.record(whole, as: "average", in: &evaluation)
        for seed in Self.seeds(of: context.inputs.keys) {
            let parts = try Self.members(of: seed, among: context.inputs.keys).map { name in
                (
                    name: context.title(name),
                    predictions: try context.predictions(name, target, below: held.tableRows)
                )
            }
            let table = try truth.scored(
                Predictions(joining: parts, covering: held.tableRows, rows: held.rows))
            truth.record(table, as: seed, in: &evaluation)
            let name = seed == Self.withoutSeed ? "" : seed
            evaluation.seeds.append((name, scorer.scores(table)))
            let number = Self.repeatNumber(of: seed)
            var own = folds
            if number > 0 {
                own = try context.folds("folds.\(number)", covering: rows.ids.count)
                if truth.standing != nil { own = own.selecting(rated.rows) }
            }
            if context.inputs["folds.1"] != nil { evaluation.foldsBySeed[seed] = own.folds }
            evaluation.cells += scorer.cells(of: table, folds: own, seed: name)
        }
        if evaluation.cells.isEmpty { evaluation.cells = scorer.cells(of: whole, folds: folds, seed: "") }
        evaluation.groups = rated.table.groups ?? rated.rows
        if !held.isWhole { cover(&evaluation, by: held, of: rows, allFolds) }
        if truth.standing != nil { (evaluation.covered, evaluation.isOfGroups) = (rated.rows, true) }
        evaluation.folds = folds.folds
        try context.write(evaluation.bytes, as: "evaluation")
        return StepOutcome(
            outputs: ["evaluation"],
            metrics: .object(scores.mapValues { .number($0) }))
    }

    /// What a reader of an evaluation of some rows cannot know without the others.
    private func cover(_ evaluation: inout Evaluation, by held: HeldOutRows, of table: Rows, _ folds: Folds) {
        evaluation.covered = held.rows
        evaluation.unlearnt = UnseenLabel.all(
            labels: table.labels ?? [], folds: folds.folds, isOrdered: folds.isOrdered, weights: table.weights,
            classes: target.width
        ).filter { label in label.fold.map { scored?.contains($0) ?? true } ?? true }
            .map { .init(label: $0.label, fold: $0.fold, rows: $0.rows, comesLater: $0.comesLater) }
        let ratios = (scored ?? Array(0..<folds.count)).map { fold in
            var (tested, trained) = (0.0, 0.0)
            for row in table.ids.indices {
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
}

/// What is true of each row, and what an evaluation keeps of predictions beside it.
private enum Truth {
    case labels([Int], classes: Int, isOrdered: Bool)
    case numbers([Double], width: Int)
    case choices(Choices)

    /// Errors: where the rows have none.
    init(_ rows: HeldOutRows, _ target: Target) throws {
        self =
            switch target.form {
            case .distribution:
                .labels(try rows.table.trueLabels(), classes: target.width, isOrdered: target.kind == .ordinal)
            case .probabilities, .numbers: .numbers(try rows.table.trueNumbers(), width: target.width)
            case .shares: .choices(try rows.choices())
            }
    }

    /// Of groups the places of the rows that stand for them; else nil.
    var standing: [Int]? { if case .choices(let choices) = self { choices.right } else { nil } }

    /// Of groups how many rows the largest has; else nil.
    var classes: Int? { if case .choices(let choices) = self { choices.classCount } else { nil } }

    /// Whether all rows have one label.
    var isOne: Bool { if case .labels(let labels, _, _) = self { Set(labels).count == 1 } else { false } }

    func scored(_ table: Predictions) throws -> ScoredRows {
        switch self {
        case .labels(let labels, let classes, let isOrdered):
            ScoredRows(
                try ProbabilityMatrix(values: table.values, classCount: classes), labels: labels, isOrdered: isOrdered)
        case .numbers(let truths, let width):
            ScoredRows(NumberRows(width: width, truths: truths, values: table.values))
        case .choices(let choices):
            ScoredRows(
                try AblateError.explaining { () throws(ChoiceError) in try choices.matrix(of: table.values) },
                labels: choices.labels)
        }
    }

    /// Keeps what the logbook needs of each row under a seed, or by the average of all.
    func record(_ table: ScoredRows, as seed: String, in evaluation: inout Evaluation) {
        if let numbers = table.numbers {
            evaluation.numbers = numbers.truths
            evaluation.values[seed] = numbers.values
            evaluation.losses[seed] = numbers.squaredErrors
            return
        }
        evaluation.losses[seed] = table.losses
        guard seed == "average" else {
            if evaluation.metrics != nil { evaluation.predictedBySeed[seed] = table.predicted }
            return
        }
        evaluation.labels = table.labels
        evaluation.predicted = table.predicted
        guard let matrix = table.probabilities else { return }
        let reliability = Reliability(matrix, labels: table.labels)
        evaluation.bins = reliability.bins.map { ($0.rows, $0.confidence, $0.accuracy) }
        evaluation.calibrationError = reliability.calibrationError
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
