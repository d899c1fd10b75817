// The scores of out-of-fold predictions, as an `evaluate` step records them. Knows the file's form, not how scores are made.

internal import Digests

/// Out-of-fold scores of one result.
///
/// Promised: every score finite; what there is of each row (losses, groups, folds, labels, predicted) has as many numbers as
/// there are rows, labels below the number of classes. Of numbers there are ``classes`` in a row, and no labels.
package struct Evaluation: Sendable {
    /// The score of one model: a seed and a fold.
    package struct Cell: Sendable {
        /// `seed-1`; empty for models without seeds.
        package let seed: String
        package let fold: Int
        package let rows: Int
        /// By the names of those metrics that are defined for the fold.
        package let scores: [String: Double]

        package init(seed: String, fold: Int, rows: Int, scores: [String: Double]) {
            (self.seed, self.fold, self.rows, self.scores) = (seed, fold, rows, scores)
        }
    }

    /// A label that the models of a fold were trained without; of no fold where no row has it.
    package struct Unlearnt: Sendable {
        package let label: Int
        package let fold: Int?
        package let rows: Int
        /// Whether rows of later folds have it.
        package let comesLater: Bool

        package init(label: Int, fold: Int?, rows: Int, comesLater: Bool) {
            (self.label, self.fold, self.rows, self.comesLater) = (label, fold, rows, comesLater)
        }
    }

    /// What was scored by, where the recipe says it; nil in the files of recipes that name no metrics.
    package var metrics: [String]?
    /// The scores of the averaged predictions, by the metrics' names.
    package var scores: [String: Double]
    package var rows: Int
    /// The numbers of these rows in the table, ascending, where they are not all of it.
    package var covered: [Int]?
    /// Of rows that are not all of the table: the labels that the models of a fold were trained without, and the mean over folds of
    /// what is scored to what is trained on, by weight; nil where something is not trained at all.
    package var unlearnt: [Unlearnt] = []
    package var testToTrain: Double?
    package var classes: Int
    package var cells: [Cell] = []
    /// Over all rows of each seed's own out-of-fold predictions, by the seed's name; by those metrics that are defined for them.
    package var seeds: [(name: String, scores: [String: Double])] = []
    /// Per seed and row the loss, by the seed's name; the group and the fold of each row.
    package var losses: [String: [Double]] = [:]
    package var groups: [Int] = []
    package var folds: [Int] = []
    /// Where rows are dealt several times, the fold of each row under a seed's own assignment, by the seed's name as in ``losses``.
    package var foldsBySeed: [String: [Int]] = [:]
    /// The true class of each row, and the one that the averaged predictions give the largest probability.
    package var labels: [Int] = []
    package var predicted: [Int] = []
    /// The predicted class of each row by each seed, by the seed's name, as ``losses``; where ``metrics`` are given.
    package var predictedBySeed: [String: [Int]] = [:]
    /// Bins of the predicted class's probability: rows, mean probability, share of correct predictions.
    package var bins: [(rows: Int, confidence: Double, accuracy: Double)] = []
    package var calibrationError = 0.0
    /// Of numbers the truth of each row, row-major, and what each seed and their average predict, by the names of ``losses``.
    package var numbers: [Double] = []
    package var values: [String: [Double]] = [:]
    /// Whether each row stands for its group, of which it is the right one: labels are then places in groups, and there are as many as
    /// the largest has.
    package var isOfGroups = false

    /// Scores of `rows` rows, of which more is to be said.
    package init(rows: Int, classes: Int, metrics: [String]? = nil, scores: [String: Double]) {
        (self.rows, self.classes, self.metrics, self.scores) = (rows, classes, metrics, scores)
    }

    /// Whether numbers were predicted, and not labels.
    package var isOfNumbers: Bool { !numbers.isEmpty }

    /// Whether each seed was scored by itself: chance has a part in the training.
    package var hasSeeds: Bool { seeds.contains { !$0.name.isEmpty } }

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        let average = try fields.object("average")
        metrics = try fields.has("metrics") ? fields.strings("metrics") : nil
        let names = metrics ?? average.names.sorted()
        func scores(_ fields: JSONDocument, of names: [String]) throws(FormatError) -> [String: Double] {
            var scores: [String: Double] = [:]
            for name in names { scores[name] = try fields.number(name) }
            return scores
        }
        self.scores = try scores(average, of: names)
        rows = try fields.integer("rows")
        classes = try fields.has("classes") ? fields.integer("classes") : .max
        if fields.has("covered") {
            covered = try fields.integers("covered")
            testToTrain = try fields.has("test-to-train") ? fields.number("test-to-train") : nil
            for label in try fields.objects("unlearnt") {
                unlearnt.append(
                    Unlearnt(
                        label: try label.integer("label"), fold: try label.has("fold") ? label.integer("fold") : nil,
                        rows: try label.integer("rows"), comesLater: try label.member("comes-later").value == true))
            }
        }
        guard rows >= 0, classes >= 1 else {
            throw fields.error("there are \(rows) rows and \(classes) classes, and no such numbers can be")
        }
        // A fold whose rows all weigh nothing has no score, and one for which a metric is not defined none by that.
        for cell in try fields.has("cells") ? fields.objects("cells") : [] where names.contains(where: cell.has) {
            cells.append(
                Cell(
                    seed: try cell.string("seed"), fold: try cell.integer("fold"),
                    rows: try cell.has("rows") ? cell.integer("rows") : 0,
                    scores: try scores(cell, of: names.filter(cell.has))))
        }
        for seed in try fields.has("seeds") ? fields.objects("seeds") : [] {
            seeds.append((try seed.string("seed"), try scores(seed, of: names.filter(seed.has))))
        }
        if fields.has("losses") {
            let own = try fields.object("losses")
            for seed in own.names { losses[seed] = try own.numbers(seed) }
        }
        func perRow(_ member: String) throws(FormatError) -> [Int] {
            try fields.has(member) ? fields.integers(member) : []
        }
        groups = try perRow("groups")
        folds = try perRow("folds")
        if fields.has("folds-by-seed") {
            let own = try fields.object("folds-by-seed")
            for seed in own.names { foldsBySeed[seed] = try own.integers(seed) }
        }
        labels = try perRow("labels")
        predicted = try perRow("predicted")
        if fields.has("predicted-by-seed") {
            let own = try fields.object("predicted-by-seed")
            for seed in own.names { predictedBySeed[seed] = try own.integers(seed) }
        }
        numbers = try fields.has("numbers") ? fields.numbers("numbers") : []
        if fields.has("values") {
            let own = try fields.object("values")
            for seed in own.names { values[seed] = try own.numbers(seed) }
        }
        if !isOfNumbers || fields.has("reliability") {
            let reliability = try fields.object("reliability")
            for bin in try reliability.objects("bins") {
                bins.append((try bin.integer("rows"), try bin.number("confidence"), try bin.number("accuracy")))
            }
            calibrationError = try reliability.number("calibration-error")
        }
        isOfGroups = try fields.has("of-groups") ? fields.member("of-groups").value == true : false
        try prove(fields)
    }

    private func prove(_ fields: JSONDocument) throws(FormatError) {
        var counts = [
            ("groups", groups.count), ("folds", folds.count), ("labels", labels.count),
            ("predicted", predicted.count), ("covered", covered?.count ?? 0),
        ].filter { $0.1 > 0 }
        for (seed, values) in foldsBySeed { counts.append(("folds-by-seed.\(seed)", values.count)) }
        for (seed, values) in values.map({ ($0, $1) }) + (isOfNumbers ? [("numbers", numbers)] : []) {
            guard values.count == rows * self.classes else {
                throw fields.error(
                    "\(seed) has \(values.count) numbers, and there are \(rows) rows of \(self.classes)")
            }
        }
        for (seed, values) in losses { counts.append(("losses.\(seed)", values.count)) }
        for (seed, values) in predictedBySeed { counts.append(("predicted-by-seed.\(seed)", values.count)) }
        if let (member, count) = counts.first(where: { $0.1 != rows }) {
            throw fields.error("\(member) has \(count) numbers, and there are \(rows) rows")
        }
        var classes = [("labels", labels), ("predicted", predicted)]
        for (seed, values) in predictedBySeed.sorted(by: { $0.key < $1.key }) {
            classes.append(("predicted-by-seed.\(seed)", values))
        }
        for (member, values) in classes {
            if let row = values.firstIndex(where: { $0 < 0 || $0 >= self.classes }) {
                throw fields.error("\(member)[\(row)] is \(values[row]), and labels are 0 to \(self.classes - 1)")
            }
        }
    }

    package var bytes: [UInt8] {
        let cells = self.cells.map { cell -> JSON in
            let place: [String: JSON] = [
                "seed": .string(cell.seed), "fold": .integer(cell.fold), "rows": .integer(cell.rows),
            ]
            return .object(place.merging(cell.scores.mapValues { .number($0) }) { $1 })
        }
        let seeds = self.seeds.map { seed -> JSON in
            .object(["seed": JSON.string(seed.name)].merging(seed.scores.mapValues { .number($0) }) { $1 })
        }
        let bins = self.bins.map { bin -> JSON in
            [
                "rows": .integer(bin.rows), "confidence": .number(bin.confidence), "accuracy": .number(bin.accuracy),
            ]
        }
        func numbers(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }
        var json: [String: JSON] = [
            "rows": .integer(rows), "classes": .integer(classes), "average": .object(scores.mapValues { .number($0) }),
            "cells": .array(cells), "seeds": .array(seeds),
            "losses": .object(losses.mapValues { .array($0.map { .number($0) }) }), "groups": numbers(groups),
            "folds": numbers(folds),
        ]
        if isOfNumbers {
            json["numbers"] = .array(self.numbers.map { .number($0) })
            json["values"] = .object(values.mapValues { .array($0.map { .number($0) }) })
        } else {
            json["labels"] = numbers(labels)
            json["predicted"] = numbers(predicted)
            json["reliability"] = ["bins": .array(bins), "calibration-error": .number(calibrationError)]
        }
        if !foldsBySeed.isEmpty { json["folds-by-seed"] = .object(foldsBySeed.mapValues(numbers)) }
        if let covered {
            json["covered"] = numbers(covered)
            if let testToTrain { json["test-to-train"] = .number(testToTrain) }
            json["unlearnt"] = .array(
                unlearnt.map { label in
                    var members: [String: JSON] = [
                        "label": .integer(label.label), "rows": .integer(label.rows),
                        "comes-later": .bool(label.comesLater),
                    ]
                    if let fold = label.fold { members["fold"] = .integer(fold) }
                    return .object(members)
                })
        }
        if isOfGroups { json["of-groups"] = true }
        if let metrics {
            json["metrics"] = .array(metrics.map { .string($0) })
            if !isOfNumbers { json["predicted-by-seed"] = .object(predictedBySeed.mapValues(numbers)) }
        }
        return Array(JSON.object(json).text().utf8)
    }
}
