// Evaluations of some rows: what they say of themselves, and comparisons over the rows that both cover.

import Digests
import Formats
import Scores
import Statistics
import Testing

@testable import Results

private typealias Scored = Results.Evaluation

@Suite struct CoverageTests {
    /// Rows of a table of 8 in four folds, of groups of two; the losses are told by the row.
    private func evaluation(
        _ rows: [Int], isPartial: Bool = true, weights: [Double]? = nil, ratio: Double? = 1.0 / 3,
        loss: (Int) -> Double
    ) throws -> Scored {
        func list(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }
        var json: [String: JSON] = [
            "rows": .integer(rows.count), "classes": 2, "average": ["log-loss": 0.5, "accuracy": 1], "cells": [],
            "seeds": [], "losses": ["average": .array(rows.map { .number(loss($0)) })],
            "groups": list(rows.map { $0 / 2 }),
            "folds": list(rows.map { $0 / 2 }), "labels": list(rows.map { $0 % 2 }),
            "predicted": list(rows.map { $0 % 2 }), "reliability": ["bins": [], "calibration-error": 0.1],
        ]
        if isPartial {
            json["covered"] = list(rows)
            json["unlearnt"] = []
            json["test-to-train"] = ratio.map { .number($0) }
        }
        return try Scored(
            reading: JSONDocument(.object(json), name: "evaluation.json"), weights: .known(weights))
    }

    private func compare(_ one: Scored, _ other: Scored) -> Pairing {
        Pairing(baseline: one, variant: other, smallestEffect: nil, known: KnownComparisons(nil))
    }

    @Test func aPartIsComparedWithTheWholeOverItsOwnRows() throws {
        let whole = try evaluation(Array(0..<8), isPartial: false) { 0.5 + 0.01 * Double($0 * $0) }
        let some = try evaluation([2, 3, 4, 5]) { 0.4 + 0.02 * Double($0) }
        let alone = try evaluation([2, 3, 4, 5]) { 0.5 + 0.01 * Double($0 * $0) }
        let found = try #require(compare(whole, some).comparison)
        #expect(found == compare(alone, some).comparison)
        let (before, after): (Double, Double) = (0.5 + 0.01 * 54 / 4, 0.4 + 0.02 * 14 / 4)
        #expect(abs(found.difference - (before - after)) < 1e-12)
        // Three of four folds were trained on, not the one that is left here.
        // Their differences are .115 and .215: a variance of .005, over two folds.
        #expect(abs((found.test?.fixed ?? 0) - 0.005 * (1.0 / 2 + 1.0 / 3)) < 1e-12 && found.test?.fixedDegrees == 1)
        #expect(some.scoredFolds == [1, 2] && whole.scoredFolds == nil)
    }

    @Test func rowsWeighWhatTheyWeighInTheTable() throws {
        let weights = [9, 9, 1, 3, 0, 2, 9, 9] as [Double]
        let some = try evaluation([2, 3, 4, 5], weights: weights) { _ in 1 }
        #expect(some.weights == .known([1, 3, 0, 2]) && some.counts == [1, 3, 0, 2])
        let whole = try evaluation(Array(0..<8), isPartial: false, weights: weights) { Double($0) }
        let found = try #require(compare(whole, some).comparison)
        let mean: Double = (1.0 * 2 + 3 * 3 + 2 * 5) / 6
        #expect(abs(found.difference - (mean - 1)) < 1e-12)
    }

    @Test func whatHasNoCommonRowIsNotCompared() throws {
        let pairing = compare(try evaluation([0, 1]) { _ in 1 }, try evaluation([6, 7]) { _ in 1 })
        #expect(pairing.refusal == .noCommonRows)
    }

    @Test func ofOneFoldThereIsAnIntervalAndNoTest() throws {
        let pairing = compare(try evaluation([0, 1]) { Double($0) }, try evaluation([0, 1]) { _ in 0 })
        #expect(pairing.comparison != nil && pairing.comparison?.test == nil)
    }
}
