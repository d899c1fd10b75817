// Differences of scores over the order of rows, beside scikit-learn and numpy (Goldens/scores.py).

import Scores
import Testing

@testable import Statistics

@Suite struct PairedScoresTests {
    struct Goldens: Decodable {
        struct Paired: Decodable {
            let truth, groups, folds: [Int]
            let baseline, variant: [[Double]]
            let cells, interval95: [Double]
            let mean: Double
        }
        let auc: Paired
    }

    private func rows(_ probabilities: [Double], _ truth: [Int]) throws -> ScoredRows {
        ScoredRows(
            classes: 2, labels: truth,
            probabilities: try ProbabilityMatrix(values: probabilities.flatMap { [1 - $0, $0] }, classCount: 2))
    }

    private func paired(
        truth: [Int]? = nil, weights: [Double]? = nil
    ) throws -> (scores: PairedScores, peer: Goldens.Paired) {
        let peer = try golden("scores", as: Goldens.self).auc
        let truth = truth ?? peer.truth
        return (
            PairedScores(
                metric: AreaUnderROC(), baseline: try peer.baseline.map { try rows($0, truth) },
                variant: try peer.variant.map { try rows($0, truth) }, groups: peer.groups, folds: peer.folds,
                weights: weights), peer
        )
    }

    @Test func aDifferenceOfAUCHasTheIntervalOfNumpy() throws {
        let (scores, peer) = try paired()
        let bootstrap = try #require(scores.bootstrap(resamples: 4_000))
        #expect(abs(bootstrap.mean - peer.mean) < 1e-12)
        let (found, width) = (bootstrap.interval(), peer.interval95[1] - peer.interval95[0])
        // Both are drawn 4,000 times: a standard error of 1.6 % of the width.
        #expect(abs(found.lowerBound - peer.interval95[0]) < 0.05 * width, "\(found)")
        #expect(abs(found.upperBound - peer.interval95[1]) < 0.05 * width, "\(found)")
        expectClose(scores.byFold, peer.cells, within: 1e-12)
        #expect(bootstrap == scores.bootstrap(resamples: 4_000))
    }

    @Test func foldsOfOneClassAreNoPartOfTheTest() throws {
        let peer = try paired().peer
        let truth = zip(peer.truth, peer.folds).map { $1 == 3 ? 1 : $0 }
        let scores = try paired(truth: truth).scores
        #expect(scores.byFold.count == 4 * 2)
        expectClose(Array(scores.byFold.prefix(6)), Array(peer.cells.prefix(6)), within: 1e-12)
        let comparison = try #require(scores.comparison(smallestEffect: nil, resamples: 200))
        // The jackknife over groups needs no fold by itself.
        #expect(comparison.test?.seeds == 2 && comparison.test?.seed != nil)
    }

    @Test func rowsOfOneClassHaveNoDifference() throws {
        let peer = try paired().peer
        #expect(
            try paired(truth: peer.truth.map { _ in 1 }).scores.comparison(smallestEffect: nil, resamples: 50) == nil)
        // One positive: most resamples have none or it alone, and a third of them lacks it.
        let lone = peer.truth.indices.map { $0 == 0 ? 1 : 0 }
        let some = try #require(try paired(truth: lone).scores.bootstrap(resamples: 400))
        #expect(some.resamples.count < 300 && some.resamples.allSatisfy(\.isFinite))
    }
}
