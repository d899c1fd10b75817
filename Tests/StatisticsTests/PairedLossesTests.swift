import Scores
import Testing

@testable import Statistics

@Suite struct PairedLossesTests {
    /// Twelve rows in five groups and three folds, two seeds.
    let groups = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 4, 4]
    let folds = [0, 0, 0, 1, 1, 2, 2, 2, 2, 0, 1, 1]
    let differences = [
        [0.4, -0.1, 0.3, 0.2, 0.6, 0.1, 0.0, -0.3, 0.2, 0.5, 0.7, -0.2],
        [0.2, 0.1, -0.3, 0.4, 0.1, 0.3, 0.2, 0.3, -0.2, 0.1, 0.4, 0.2],
    ]

    @Test func cellsAreMeansOfTheirRows() {
        let paired = PairedLosses(differences: differences, groups: groups, folds: folds)
        expectClose(
            paired.byGroup, [0.2, 0, 0.4, 0.25, 0, 0.15, 0.5, 0.1, 0.25, 0.3], within: 1e-15,
            "group by group, seed by seed")
        expectClose(
            paired.byFold, [1.1 / 4, 0.1 / 4, 1.3 / 4, 1.1 / 4, 0, 0.15], within: 1e-15, "fold by fold, seed by seed")
        expectClose(Array(paired.rowMeans.prefix(3)), [0.3, 0, 0], within: 1e-15)
    }

    @Test func sharedDrawsGiveTheVeryNumbersOfOnesOwn() throws {
        let paired = PairedLosses(differences: differences, groups: groups, folds: folds)
        let own = paired.comparison(smallestEffect: 0.1, resamples: 500)
        let cache = PairedLosses.draws(resamples: 500)
        for _ in 0..<2 {
            #expect(paired.comparison(smallestEffect: 0.1, resamples: 500, draws: cache) == own)
        }
        let draws = try #require(BootstrapDraws(groupCount: 5, seedCount: 2, count: 500, seed: 1))
        let weights = [3.0, 2, 4, 1, 2]
        #expect(
            PairedBootstrap(differences: paired.byGroup, groupWeights: weights, draws: draws).resamples
                == PairedBootstrap(
                    differences: paired.byGroup, seedCount: 2, groupWeights: weights, count: 500, seed: 1
                ).resamples)
    }

    @Test func drawsThatWouldFillTheMemoryAreNotKept() {
        #expect(BootstrapDraws(groupCount: 1_000_000, seedCount: 3, count: 4_000, seed: 1) == nil)
        // Others are then drawn one by one, with the same result as ever.
        let cache = PairedLosses.draws(resamples: 1 << 24)
        let few = PairedLosses(differences: [[0.1, 0.2]], groups: [0, 1], folds: [0, 1])
        let comparison = few.comparison(smallestEffect: nil, resamples: 50, draws: cache)
        #expect(comparison == few.comparison(smallestEffect: nil, resamples: 50))
    }

    /// Against numbers that numpy gives: `average` with weights by group and fold.
    @Test func rowsCountAsTheyWeigh() throws {
        let weights = [1.0, 9, 1, 0, 2, 1, 1, 4, 0.5, 3, 0, 0]
        let paired = PairedLosses(differences: differences, groups: groups, folds: folds, weights: weights)
        // The last group weighs nothing and is gone; so is a row of the second.
        expectClose(
            paired.byGroup,
            [
                (0.4 - 0.9 + 0.3) / 11, (0.2 + 0.9 - 0.3) / 11, 0.6, 0.1, (0.1 + 0 - 1.2 + 0.1) / 6.5,
                (0.3 + 0.2 + 1.2 - 0.1) / 6.5, 0.5, 0.1,
            ], within: 1e-15, "group by group, seed by seed")
        expectClose(
            paired.byFold,
            [(-0.2 + 1.5) / 14, (0.8 + 0.3) / 14, 0.6, 0.1, -1.0 / 6.5, 1.6 / 6.5], within: 1e-15, "fold by fold")
        let bootstrap = paired.bootstrap(resamples: 200)
        let all = zip(weights, zip(differences[0], differences[1])).reduce(0) { $0 + $1.0 * ($1.1.0 + $1.1.1) / 2 }
        expectClose([bootstrap.mean], [all / weights.reduce(0, +)], within: 1e-15)
        #expect(bootstrap.resamples.allSatisfy { $0.isFinite })
        // Folds of 14, 2 and 6.5: the mean share of what is tested, which is more than the half of equal folds.
        let test = try #require(paired.correctedTest)
        expectClose([test.testToTrain], [(14 / 8.5 + 2 / 20.5 + 6.5 / 16) / 3], within: 1e-15)
        #expect(test.testToTrain > 0.5)
        let cache = PairedLosses.draws(resamples: 200)
        #expect(
            paired.comparison(smallestEffect: nil, resamples: 200, draws: cache)
                == paired.comparison(smallestEffect: nil, resamples: 200))
    }

    @Test func equalWeightsAreNone() {
        let plain = PairedLosses(differences: differences, groups: groups, folds: folds)
        let weighted = PairedLosses(
            differences: differences, groups: groups, folds: folds, weights: [Double](repeating: 0.3, count: 12))
        #expect(
            weighted.comparison(smallestEffect: 0.1, resamples: 50)
                == plain.comparison(smallestEffect: 0.1, resamples: 50))
    }

    @Test func allTheWeightInOneFoldIsNoTest() {
        let weights = folds.map { $0 == 2 ? 1.0 : 0 }
        let paired = PairedLosses(differences: differences, groups: groups, folds: folds, weights: weights)
        #expect(paired.test == nil && paired.correctedTest == nil && paired.bootstrap(resamples: 20).mean.isFinite)
    }

    @Test func whereRowsAreDealtAnewACellIsAFoldOfItsOwnAssignment() {
        let differences: [[Double]] = [[1, 2, 3, 4], [10, 20, 30, 40]]
        let pairs = PairedLosses(
            differences: differences, groups: [0, 1, 2, 3], folds: [0, 0, 1, 1],
            foldsBySeed: [[0, 0, 1, 1], [1, 0, 1, 0]])
        #expect(pairs.byFold.sorted() == [1.5, 3.5, 20, 30])
        let test = pairs.correctedTest
        #expect(test?.folds == 2 && test?.seeds == 2 && test?.testToTrain == 1)
        let scores = PairedScores(
            metric: Accuracy(),
            baseline: [rows([0, 0, 0, 0]), rows([0, 0, 0, 0])], variant: [rows([0, 1, 0, 1]), rows([0, 1, 0, 0])],
            groups: [0, 1, 2, 3], folds: [0, 0, 1, 1], foldsBySeed: [[0, 0, 1, 1], [1, 0, 1, 0]])
        // The true labels are 0, 1, 0, 1: right are all four against two, and three against two.
        #expect(scores.byFold.sorted() == [0, 0.5, 0.5, 0.5])
    }

    private func rows(_ predicted: [Int]) -> ScoredRows {
        ScoredRows(classes: 2, labels: [0, 1, 0, 1], predicted: predicted, losses: [], probabilities: nil)
    }
}
