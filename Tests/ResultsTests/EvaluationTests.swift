// Evaluations read back, how much their rows count, and which two of them are not compared.

import Digests
import Formats
import Scores
import Statistics
import Testing

@testable import Results

@Suite struct EvaluationTests {
    private func document(_ changes: [String: JSON] = [:]) throws -> JSONDocument {
        let json: JSON = [
            "rows": 4, "classes": 2, "average": ["log-loss": 0.5, "accuracy": 1], "cells": [], "seeds": [],
            "losses": ["average": [0.1, 0.2, 0.3, 0.4]], "groups": [0, 0, 1, 1], "folds": [0, 0, 1, 1],
            "labels": [0, 1, 0, 1], "predicted": [0, 1, 0, 1],
            "reliability": ["bins": [], "calibration-error": 0.1],
        ]
        return JSONDocument(.object(json.object!.merging(changes) { $1 }), name: "evaluation.json")
    }

    @Test func rowsCountAsTheyWeigh() throws {
        let weighted = try Evaluation(reading: document(["labels": [0, 0, 0, 0]]), weights: .known([1, 0, 2, 1]))
        #expect(weighted.counts == [1, 0, 2, 1] && weighted.ranked == 0.5)
        #expect(weighted.mean([1, 100, 1, 3]) == 1.5)
        #expect(weighted.mean([1, 100, 1, 3], over: [1]) == nil)
        let lost = try Evaluation(reading: document(), weights: .lost)
        #expect(lost.counts == nil && lost.ranked == 0.5)
    }

    @Test func rowsThatNoModelCouldLearnDoNotCount() throws {
        let evaluation = try Evaluation(reading: document(["labels": [0, 0, 0, 1]]), weights: .known([1, 1, 2, 5]))
        #expect(evaluation.counts == [1, 1, 2, 0])
        #expect(abs(evaluation.ranked - (0.1 + 0.2 + 0.6) / 4) < 1e-15)
    }

    @Test(
        arguments: [
            (["rows": 5], "losses.average: expected a list of 5, one for each row, found a list of 4"),
            (["groups": [0, 0, 1]], "groups: expected a list of 4, one for each row, found a list of 3"),
            (["folds": [0, 0, 1, "1"]], "folds[3]: expected a whole number from 0 on, found the text \"1\""),
            (["average": ["accuracy": 1]], "average: expected a member \"log-loss\", found none"),
            (["reliability": [1]], "reliability: expected an object, found a list of 1"),
            (["labels": [0, 1, 0, -1]], "labels[3]: expected a whole number from 0 on, found -1"),
        ] as [([String: JSON], String)])
    func whatIsOtherwiseIsNamed(_ changes: [String: JSON], _ wanted: String) throws {
        do {
            _ = try Evaluation(reading: document(changes), weights: .known(nil))
            Issue.record("it was read")
        } catch {
            #expect("\(error)" == "evaluation.json: \(wanted)")
        }
    }

    @Test func modelsErrAlikeWhereTheirLossesDo() throws {
        func losses(_ values: JSON) throws -> Results.Evaluation {
            try Evaluation(reading: document(["losses": ["average": values]]), weights: .known(nil))
        }
        let one = try losses([0.1, 0.2, 0.3, 0.4])
        #expect(abs(try #require(one.correlation(with: losses([1, 3, 5, 7]))) - 1) < 1e-12)
        #expect(abs(try #require(one.correlation(with: losses([4, 3, 2, 1]))) + 1) < 1e-12)
        // 2 / sqrt(5 * 4), about the means 2.5 and 2.
        #expect(abs(try #require(one.correlation(with: losses([1, 3, 1, 3]))) - 2 / 20.0.squareRoot()) < 1e-12)
        #expect(try one.correlation(with: losses([1, 1, 1, 1])) == nil)
        let seeds: JSON = [
            ["seed": "seed-1", "log-loss": 0.5, "accuracy": 1], ["seed": "seed-2", "log-loss": 1, "accuracy": 1],
        ]
        #expect(
            try one.seedMean == nil && Evaluation(reading: document(["seeds": seeds]), weights: .lost).seedMean == 0.75)
    }

    /// Two seeds by two metrics, of which one may have no AUC.
    private func seeds(_ losses: JSON, auc: JSON?) throws -> Results.Evaluation {
        let first: [String: JSON] = ["seed": "seed-1", "log-loss": 0.5, "auc": 0.5]
        var second: [String: JSON] = ["seed": "seed-2", "log-loss": 0.7]
        second["auc"] = auc
        return try Evaluation(
            reading: document([
                "metrics": ["log-loss", "auc"], "average": ["log-loss": 0.5, "auc": 0.5],
                "seeds": [.object(first), .object(second)],
                "losses": ["average": losses, "seed-1": losses, "seed-2": losses],
            ]), weights: .known(nil))
    }

    @Test func aMetricThatIsNotDefinedForASeedIsMissingForThatSeedAlone() throws {
        let (one, two) = (try seeds([0.1, 0.2, 0.3, 0.4], auc: nil), try seeds([0.1, 0.1, 0.2, 0.3], auc: 0.6))
        #expect(one.seeds.map(\.scores) == [["log-loss": 0.5, "auc": 0.5], ["log-loss": 0.7]])
        #expect(one.seedMean == 0.6 && one.seeds(sharedWith: two) == ["seed-1", "seed-2"])
        let pairing = Pairing(baseline: one, variant: two, smallestEffect: nil, known: KnownComparisons(nil))
        #expect(pairing.comparison?.test?.seeds == 2)
    }

    @Test func whatDecidesAndIsNotDefinedForASeedIsComparedByTheOthers() throws {
        func decided(_ second: JSON?) throws -> Results.Evaluation {
            let (first, rest): (JSON, [String: JSON]) = (["seed": "seed-1", "accuracy": 1], ["seed": "seed-2"])
            return try Evaluation(
                reading: document([
                    "metrics": ["accuracy"], "average": ["accuracy": 1],
                    "seeds": [first, .object(rest.merging(second.map { ["accuracy": $0] } ?? [:]) { $1 })],
                    "predicted-by-seed": ["seed-1": [0, 1, 0, 1], "seed-2": [0, 1, 0, 0]],
                ]), weights: .known(nil))
        }
        let (one, two) = (try decided(nil), try decided(0.75))
        #expect(one.seedMean == nil && two.seedMean == 0.875)
        #expect(one.seeds(sharedWith: two) == ["seed-1"])
        let pairing = Pairing(baseline: two, variant: one, smallestEffect: nil, known: KnownComparisons(nil))
        #expect(pairing.comparison?.difference == 0, "the second seed has no part in it")
    }

    /// A pair of this evaluation and another one that is changed in some way.
    private func refusal(
        _ changes: [String: JSON],
        weights: (Results.Evaluation.Weights, Results.Evaluation.Weights) = (.known(nil), .known(nil))
    ) throws -> ComparisonRefusal? {
        Pairing(
            baseline: try Evaluation(reading: document(), weights: weights.0),
            variant: try Evaluation(reading: document(changes), weights: weights.1), smallestEffect: nil,
            known: KnownComparisons(nil)
        ).refusal
    }

    @Test func eachReasonNotToCompareIsToldApart() throws {
        #expect(try refusal(["losses": ["average": [0.1, 0.1, 0.3, 0.5]]]) == nil)
        #expect(try refusal(["groups": [0, 1, 1, 1]]) == .otherRowsOrFolds)
        #expect(try refusal(["folds": [0, 1, 1, 0]]) == .otherRowsOrFolds)
        #expect(try refusal([:], weights: (.known(nil), .lost)) == .lostWeights)
        #expect(try refusal([:], weights: (.known(nil), .known([1, 2, 1, 1]))) == .otherWeights)
        #expect(try refusal(["losses": [:]]) == .notRecorded(metric: "log-loss"))
        let other: [String: JSON] = ["metrics": ["accuracy"], "average": ["accuracy": 1]]
        #expect(try refusal(other) == .otherMetric("log-loss", "accuracy"))
    }

    @Test func armsAreJudgedTogetherAndEachReasonIsGivenOnce() throws {
        let base = try Evaluation(reading: document(), weights: .known(nil))
        let better = try Evaluation(
            reading: document(["losses": ["average": [0.05, 0.1, 0.2, 0.3]]]), weights: .known(nil))
        let lost = try Evaluation(reading: document(), weights: .lost)
        let judged = ArmComparisons(
            of: [base, better, lost, nil, lost], baseline: 0, smallestEffect: nil, known: KnownComparisons(nil))
        #expect(judged.found.keys.sorted() == [1] && judged.refusals == [.lostWeights])
        let found = try #require(judged.found[1])
        #expect(abs(found.difference - 0.0875) < 1e-12 && found.interval.contains(found.difference))
        #expect(abs(found.reversed.difference + 0.0875) < 1e-12)
    }
}
