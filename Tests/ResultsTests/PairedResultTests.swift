// Results of two sides by their records: which of them are the same, and whose a damaged file is.

import Digests
import Host
import Plans
import Scores
import Storage
import TestProjects
import Testing

@testable import Results

@Suite struct PairedResultTests {
    private let project: MemoryProject
    private let plan: Plan
    private let rows: Digest

    init() throws {
        project = try MemoryProject()
        plan = try project.plan()
        let step = plan.steps[try MemoryProject.index(of: "data/train/ingest", in: plan)]
        let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: [:])
        let ingest = try project.publish(manifest, of: step) { $0 == "rows" ? "{}" : nil }
        rows = try #require(ingest.outputs["rows"]?.digest)
    }

    /// A record of the scores of some predictions; a loss for each of four rows.
    private func scored(_ metrics: [String], _ losses: [Double], predictions: Digest? = nil) throws
        -> PairedResult.Scored
    {
        let step = plan.steps[try MemoryProject.index(of: "words/evaluate", in: plan)]
        let manifest = Manifest(
            kind: step.kind, parameters: ["metrics": .array(metrics.map { .string($0) })],
            inputs: [
                "rows": rows, "folds": Digest(of: "folds"), "average": predictions ?? Digest(of: "\(losses)"),
            ])
        let document: JSON = [
            "rows": 4, "classes": 2, "metrics": .array(metrics.map { .string($0) }),
            "average": .object(Dictionary(uniqueKeysWithValues: metrics.map { ($0, 0.5) })), "cells": [], "seeds": [],
            "losses": ["average": .array(losses.map { .number($0) })], "groups": [0, 0, 1, 1], "folds": [0, 0, 1, 1],
            "labels": [0, 1, 0, 1], "predicted": [0, 1, 0, 1], "reliability": ["bins": [], "calibration-error": 0.1],
        ]
        return (try project.publish(manifest, of: step) { _ in document.text() }, project.store)
    }

    @Test func theSamePredictionsAreTheSameWhateverElseTheyAreScoredBy() throws {
        let losses = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.5, 0.5], [0.2, 0.1, 0.3, 0.2]]
        let results = try PairedResult.all([
            ("same", scored(["log-loss", "accuracy"], losses[0]), scored(["log-loss"], losses[0])),
            ("other", scored(["log-loss", "accuracy"], losses[1]), scored(["log-loss"], losses[2])),
            ("judged", scored(["accuracy"], losses[1]), scored(["log-loss"], losses[1])),
        ])
        #expect(results.map(\.isSame) == [true, false, false])
        #expect(results[0].comparison == nil && results[0].refusal == .sameScores)
        #expect(results[1].comparison?.family == 1, "what is the same is no comparison to adjust for")
        #expect(results[2].refusal == .otherMetric("accuracy", "log-loss"))
    }

    @Test func whatIsDamagedIsToldByWhoMadeIt() throws {
        let maker = plan.steps.first { $0.address == "words/average-oof" }
        let step = try #require(maker)
        let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: [:])
        let made = try project.publish(manifest, of: step)
        let predictions = try #require(made.outputs["predictions"]?.digest)
        let record = try scored(["auc"], [0.1, 0.2, 0.3, 0.4], predictions: predictions).record
        let evaluation = try #require(try EvaluationReader(project.store).evaluation(of: record))
        try project.write(project.store.path(of: predictions), "not what was written")
        let error = #expect(throws: AblateError.self) { _ = try evaluation.rows(under: "average") }
        #expect(error?.message.hasPrefix("the output of words/average-oof is not as it was written") == true)
    }
}
