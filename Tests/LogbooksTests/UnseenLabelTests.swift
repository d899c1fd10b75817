import Digests
import Formats
import Testing

@testable import Logbooks

@Suite struct UnseenLabelTests {
    @Test func aLabelOfOneFoldIsFound() {
        let found = UnseenLabel.all(labels: [0, 1, 2, 0, 1, 2, 0], folds: [0, 0, 0, 1, 1, 0, 1], classes: 4)
        #expect(found == [UnseenLabel(label: 2, fold: 0, rows: 2), UnseenLabel(label: 3, fold: nil, rows: 0)])
        #expect(found[0].clause(["a", "b", "c", "d"]) == "label c stands in fold 0 alone (2 rows)")
        #expect(found[1].clause(["a", "b", "c", "d"]) == "no row of the training table that counts has the label d")
        #expect(UnseenLabel.consequence([found[1]], ["a", "b", "c", "d"]) == nil)
    }

    @Test func oneFoldAloneSaysNothing() {
        #expect(UnseenLabel.all(labels: [0, 1], folds: [0, 0], classes: 2).isEmpty)
        // Rows of weight 0 teach nothing.
        let weighed = UnseenLabel.all(
            labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], weights: [1, 1, 1, 0], classes: 2)
        #expect(weighed.map(\.label) == [1] && weighed.map(\.fold) == [0] && weighed.map(\.rows) == [1])
        #expect(UnseenLabel.all(labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], classes: 2).isEmpty)
    }
}

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
}
