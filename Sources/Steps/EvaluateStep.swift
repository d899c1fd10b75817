// `evaluate`: scores of out-of-fold predictions, per fold and seed, per seed, and of their average.

internal import Digests
internal import Numerics

extension NativeStep {
    /// Input `average` covers all rows. Inputs named `seed-S/fold-F` or `fold-F` cover their fold's rows; stack entries have
    /// none, and their cells are the folds of the average.
    static func evaluate(_ context: StepContext) throws -> StepOutcome {
        let classes = try context.integer("classes")
        let rows = try RowTable(reading: context.input("rows"))
        let folds = try FoldTable(reading: context.input("folds"))
        let labels = try rows.trueLabels()
        let average = try PredictionTable(reading: context.input("average"), classes: classes)
            .covering(labels.count, "the average")
        let scorer = Scorer(labels: labels, weights: rows.weights)
        let whole = try scorer.score(average)
        var losses: [String: [Double]] = ["average": whole.losses]
        var cells: [JSON] = []
        var seeds: [JSON] = []
        let members = context.inputs.keys.filter { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") }
        for (seed, names) in Dictionary(grouping: members, by: seedName).sorted(by: { $0.key < $1.key }) {
            var joined = [Double](repeating: 0, count: labels.count * classes)
            for name in names {
                let part = try PredictionTable(reading: context.input(name), classes: classes)
                for (index, row) in part.rows.enumerated() {
                    joined.replaceSubrange(row * classes..<(row + 1) * classes, with: part[index])
                }
            }
            let table = try PredictionTable(rows: average.rows, classes: classes, probabilities: joined).covering(
                labels.count, seed)
            let score = try scorer.score(table)
            losses[seed.isEmpty ? "all" : seed] = score.losses
            seeds.append([
                "seed": .string(seed), "log-loss": .number(score.logLoss), "accuracy": .number(score.accuracy),
            ])
            cells += try scorer.cells(of: table, folds: folds, seed: seed)
        }
        if cells.isEmpty { cells = try scorer.cells(of: average, folds: folds, seed: "") }
        let reliability = try scorer.reliability(average)
        let metrics: JSON = ["log-loss": .number(whole.logLoss), "accuracy": .number(whole.accuracy)]
        try context.write(
            [
                "rows": .integer(labels.count), "classes": .integer(classes), "average": metrics,
                "cells": .array(cells),
                "seeds": .array(seeds), "losses": .object(losses.mapValues { .array($0.map { .number($0) }) }),
                "groups": .array((rows.groups ?? Array(labels.indices)).map { .integer($0) }),
                "folds": .array(folds.folds.map { .integer($0) }), "reliability": reliability,
                "labels": .array(labels.map { .integer($0) }),
                "predicted": .array(labels.indices.map { .integer(Self.likeliest(average[$0])) }),
            ], as: "evaluation")
        return StepOutcome(outputs: ["evaluation"], metrics: metrics)
    }

    /// The class with the largest probability, the first of several.
    private static func likeliest(_ probabilities: some Collection<Double>) -> Int {
        var (best, most) = (0, -Double.infinity)
        for (label, probability) in probabilities.enumerated() where probability > most {
            (best, most) = (label, probability)
        }
        return best
    }

    private static func seedName(_ member: String) -> String {
        member.split(separator: "/").first.map(String.init).flatMap { $0.hasPrefix("seed-") ? $0 : nil } ?? ""
    }
}

/// Scores predictions against one table's labels.
private struct Scorer {
    let labels: [Int]
    let weights: [Double]?

    func score(_ table: PredictionTable) throws -> (logLoss: Double, accuracy: Double, losses: [Double]) {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        return (
            LogLoss.mean(matrix, labels: labels, weights: weights),
            Accuracy.mean(matrix, labels: labels, weights: weights),
            LogLoss.perRow(matrix, labels: labels)
        )
    }

    func reliability(_ table: PredictionTable) throws -> JSON {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        let reliability = Reliability(matrix, labels: labels)
        let bins: [JSON] = reliability.bins.map {
            ["rows": .integer($0.rows), "confidence": .number($0.confidence), "accuracy": .number($0.accuracy)]
        }
        return ["bins": .array(bins), "calibration-error": .number(reliability.calibrationError)]
    }

    func cells(of table: PredictionTable, folds: FoldTable, seed: String) throws -> [JSON] {
        let matrix = try ProbabilityMatrix(values: table.probabilities, classCount: table.classes)
        return (0..<folds.count).compactMap { fold in
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            guard !rows.isEmpty else { return nil }
            let part = matrix.selecting(rows: rows)
            let own = rows.map { labels[$0] }
            let weights = weights.map { weights in rows.map { weights[$0] } }
            return [
                "seed": .string(seed), "fold": .integer(fold), "rows": .integer(rows.count),
                "log-loss": .number(LogLoss.mean(part, labels: own, weights: weights)),
                "accuracy": .number(Accuracy.mean(part, labels: own, weights: weights)),
            ]
        }
    }
}
