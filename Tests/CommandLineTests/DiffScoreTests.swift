// The scores of `diff` in words: each number under the name of its metric.

import Digests
import Formats
import Scores
import Testing

@testable import CommandLine
@testable import Results

@Suite struct DiffScoreTests {
    private func scored(_ metric: String, _ value: Double) throws -> Results.Evaluation {
        let json: JSON = [
            "rows": 1, "metrics": [.string(metric)], "average": .object([metric: .number(value)]), "cells": [],
            "seeds": [], "reliability": ["bins": [], "calibration-error": 0],
        ]
        return try Evaluation(reading: JSONDocument(json, name: "e"), weights: .known(nil))
    }

    private func lines(_ old: Results.Evaluation, _ new: Results.Evaluation) -> [String] {
        let result = PairedResult(
            name: "m", old: old, new: new, comparison: nil,
            refusal: .otherMetric(old.metric.name, new.metric.name), isSame: false)
        let document = DiffDocument(
            old: "a", new: "b", heads: (.null, .null), settings: nil, steps: nil, scores: [result])
        return document.text(Paint(isOn: false)).split(separator: "\n").map(String.init)
    }

    @Test func eachNumberIsNamedWhereTheMetricsDiffer() throws {
        let lines = try lines(scored("log-loss", 0.7045), scored("auc", 0.8858))
        #expect(lines.contains("scores: out of fold, improvement of B over A"))
        #expect(lines.contains("  m  log loss 0.7045 -> AUC 0.8858"))
    }

    @Test func oneMetricIsNamedOnce() throws {
        let lines = try lines(scored("auc", 0.5), scored("auc", 0.75))
        #expect(lines.contains("scores: AUC out of fold, improvement of B over A"))
        #expect(lines.contains("  m  0.5000 -> 0.7500"))
    }
}
