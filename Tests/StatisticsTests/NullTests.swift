// Verdicts by metrics that are no means of rows, where the truth is known: two models that err alike are seldom told apart.

import Arithmetic
import Scores
import Testing

@testable import Statistics

@Suite struct NullTests {
    private static let (groups, size, folds, trials) = (60, 3, 5, 100)

    /// The true number of each row, and what two models say of it, both off by as much: rows of a group share a part of it.
    private static func drawn(_ source: inout RandomSource) -> (truths: [Double], sides: [[Double]]) {
        func noise() -> Double { (0..<6).reduce(-3.0) { sum, _ in sum + Double(source.next() >> 11) * 0x1p-53 } }
        let truths = (0..<groups * size).map { _ in noise() }
        let sides = (0..<2).map { _ in
            let shared = (0..<groups).map { _ in noise() }
            return truths.indices.map { truths[$0] + 0.7 * shared[$0 / size] + 0.7 * noise() }
        }
        return (truths, sides)
    }

    /// The rows as a metric reads them: numbers, two classes with probabilities, or four ordered ones.
    private static func rows(_ name: String, _ truths: [Double], _ values: [Double]) -> ScoredRows {
        func place(_ value: Double) -> Int { value < -0.7 ? 0 : value < 0 ? 1 : value < 0.7 ? 2 : 3 }
        switch name {
        case "rmse": return ScoredRows(NumberRows(width: 1, truths: truths, values: values))
        case "auc":
            let shares = values.map { min(0.999, max(0.001, 0.5 + $0 / 8)) }
            let matrix = ProbabilityMatrix(trusted: shares.flatMap { [1 - $0, $0] }, classCount: 2)
            return ScoredRows(matrix, labels: truths.map { $0 > 0 ? 1 : 0 })
        default: return ScoredRows(classes: 4, labels: truths.map(place), predicted: values.map(place))
        }
    }

    @Test(arguments: ["rmse", "auc", "qwk", "f1-macro"])
    func nothingIsFoundWhereNothingIs(_ name: String) throws {
        let metric = try #require(Metrics.named(name))
        var source = RandomSource(seed: 11)
        var found = 0
        for _ in 0..<Self.trials {
            let (truths, sides) = Self.drawn(&source)
            let tables = sides.map { [Self.rows(name, truths, $0)] }
            let ids = truths.indices.map { $0 / Self.size }
            let comparison = PairedScores(
                metric: metric, baseline: tables[0], variant: tables[1], groups: ids,
                folds: ids.map { $0 % Self.folds }, weights: nil
            ).comparison(smallestEffect: nil, resamples: 300)
            let outcome = Verdict.judge([try #require(comparison)])[0].outcome
            if outcome == .helps || outcome == .hurts { found += 1 }
        }
        // More than 13 of a hundred come by once in a thousand times if the rate is the promised .05.
        #expect(found <= 13, "\(name): \(found) of \(Self.trials)")
    }
}
